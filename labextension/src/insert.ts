/** Text from the widget into the notebook. No kernel is needed for it, so it works while a cell runs. */
import { isCodeCellModel, type Cell } from '@jupyterlab/cells';
import { NotebookActions, type Notebook, type NotebookPanel } from '@jupyterlab/notebook';

const MAGIC = /^\s*%%hf\b/;

/** Into the active cell at its cursor, when that is empty or a %%hf cell; else into a new cell below. */
export function insertText(panel: NotebookPanel, text: string): void {
  const cell = panel.content.activeCell;
  const source = cell?.model.sharedModel.getSource() ?? '';
  const isWhole = text.startsWith('%') || text.trim().includes('\n'); // a magic has to begin its cell, code is one
  if (cell && takes(cell) && (source.trim() === '' || (MAGIC.test(source) && !isWhole))) {
    edit(panel.content, cell, write(cell, text));
  } else {
    insertCell(panel, text);
  }
}

/** A new code cell below the active one, with the cursor at `offset` or the end. */
export function insertCell(panel: NotebookPanel, source: string, offset = source.length): void {
  const notebook = panel.content;
  const active = notebook.activeCell;
  NotebookActions.insertBelow(notebook);
  if (notebook.activeCell === active) {
    return; // the notebook takes no cell
  }
  if (notebook.activeCell && !isCodeCellModel(notebook.activeCell.model)) {
    NotebookActions.changeCellType(notebook, 'code'); // the settings may make new cells of another type
  }
  const cell = notebook.activeCell!;
  cell.model.sharedModel.setSource(source);
  edit(notebook, cell, offset);
}

/** A moment later: the editor of a new cell is made then, and a palette that closes takes the focus first. */
function edit(notebook: Notebook, cell: Cell, offset: number): void {
  const start = () => {
    const { editor } = cell;
    const position = editor?.getPositionAt(offset);
    if (editor && position) {
      editor.setCursorPosition(position);
      notebook.mode = 'edit';
      editor.focus();
    }
  };
  void cell.ready.then(() => requestAnimationFrame(start));
}

function takes(cell: Cell): boolean {
  return isCodeCellModel(cell.model) && !cell.readOnly;
}

/** Where the text ends. It does not touch a word, nor go before the magic, where a cursor stands that was never set. */
function write(cell: Cell, text: string): number {
  const shared = cell.model.sharedModel;
  const source = shared.getSource();
  const cursor = cell.editor ? cell.editor.getOffsetAt(cell.editor.getCursorPosition()) : 0;
  const at = cursor < (MAGIC.exec(source)?.[0].length ?? 0) ? source.length : cursor;
  const before = /[\p{L}\p{N}]$/u.test(source.slice(0, at)) ? ' ' : '';
  const after = /^[\p{L}\p{N}]/u.test(source.slice(at)) ? ' ' : '';
  shared.updateSource(at, at, before + text + after);
  return at + before.length + text.length;
}
