/** Colours of %%hf cells and %hf lines: the magic and its options, and the request as the natural language it is. */
import { RangeSetBuilder, type Text } from '@codemirror/state';
import { Decoration, ViewPlugin, type DecorationSet, type EditorView, type ViewUpdate } from '@codemirror/view';
import { EditorExtensionRegistry, type IEditorExtensionRegistry } from '@jupyterlab/codemirror';

type Words = [pattern: RegExp, className: string][];

const OPTION: Words[number] = [/(?<=\s)--?[a-z][\w-]*/g, 'hfm-cm-option'];
const MAGIC_LINE: Words = [[/%%?hf\b/g, 'hfm-cm-magic'], OPTION];
// As hfmagic reads a request: a variable in braces, but not in doubled ones; a column in backquotes.
const REQUEST_LINE: Words = [
  [/(?<!\{)\{[\p{L}_][\p{L}\p{N}_]*\}(?!\})/gu, 'hfm-cm-variable'],
  [/`[^`\n]+`/g, 'hfm-cm-column'],
];
const MARKDOWN = /markdown|gfm/;

export function addHighlighting(registry: IEditorExtensionRegistry): void {
  registry.addExtension({
    name: 'hfmagic:highlight',
    // The model's type is asked for at each drawing: while its editor is made a cell is not Python yet.
    factory: ({ model }) =>
      EditorExtensionRegistry.createImmutableExtension(
        ViewPlugin.define((view) => new Highlight(view, () => MARKDOWN.test(model.mimeType)), {
          decorations: (plugin) => plugin.decorations,
        }),
      ),
  });
}

class Highlight {
  constructor(
    view: EditorView,
    private readonly isMarkdown: () => boolean,
  ) {
    this.decorations = this.draw(view);
  }

  decorations: DecorationSet;

  update(update: ViewUpdate): void {
    if (update.docChanged || update.viewportChanged) {
      this.decorations = this.draw(update.view);
    }
  }

  private draw(view: EditorView): DecorationSet {
    const { doc } = view.state;
    const marks = new RangeSetBuilder<Decoration>();
    const magic = this.isMarkdown() ? Infinity : magicLine(doc);
    for (const range of this.isMarkdown() ? [] : view.visibleRanges) {
      for (let at = range.from; at <= range.to; at = doc.lineAt(at).to + 1) {
        const line = doc.lineAt(at);
        if (line.number > magic) {
          mark(marks, line.from, line.text, 'hfm-cm-request', REQUEST_LINE);
        } else if (line.number === magic || /^\s*%hf\b/.test(line.text)) {
          mark(marks, line.from, line.text, 'hfm-cm-line', MAGIC_LINE);
        }
      }
    }
    return marks.finish();
  }
}

/** The number of the line that makes this a %%hf cell; IPython skips empty lines before it. */
function magicLine(doc: Text): number {
  for (let number = 1; number <= doc.lines; number++) {
    const { text } = doc.line(number);
    if (text.trim() !== '') {
      return /^%%hf\b/.test(text) ? number : Infinity;
    }
  }
  return Infinity;
}

function mark(marks: RangeSetBuilder<Decoration>, from: number, text: string, className: string, words: Words): void {
  marks.add(from, from, Decoration.line({ class: className }));
  const found = words.flatMap(([pattern, word]) => [...text.matchAll(pattern)].map((match) => ({ match, word })));
  let end = 0;
  for (const { match, word } of found.sort((one, other) => one.match.index - other.match.index)) {
    if (match.index >= end) {
      end = match.index + match[0].length;
      marks.add(from + match.index, from + end, Decoration.mark({ class: word }));
    }
  }
}
