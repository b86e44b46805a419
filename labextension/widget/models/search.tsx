/** The head of the list: the task, the search box, the filters, and how many models pass. */

import { useApp, useShown, useWords } from '../app';
import { useId } from '../ids';
import { filtersOn, type Sort } from '../filter';
import { count } from '../formats';
import { Tune } from '../icons';
import { plain } from '../plain';
import type { TaskShown } from '../types';
import { modalityName, taskHelp, taskName } from '../words/tasks';
import { searchHub, setQuery, setTask } from './shelf';

const SORTS: Sort[] = ['score', 'downloads', 'size'];

export function TaskChooser() {
  const app = useApp();
  const [words, language] = useWords();
  const tasks = useShown((s) => s.home?.tasks);
  const task = useShown((s) => s.task);
  const id = useId();
  const offered = (tasks ?? []).filter((t) => t.has_model);
  const chosen = offered.find((t) => t.name === task);
  return (
    <div class="hfp-field">
      <label class="hfp-hidden" for={id}>
        {words.task}
      </label>
      <select
        id={id}
        class="hfp-input hfp-task"
        value={task}
        aria-describedby={`${id}-help`}
        onChange={(e) => setTask(app, e.currentTarget.value)}
      >
        {byModality(offered).map(([modality, members]) => (
          <optgroup key={modality} label={modalityName(modality, language)}>
            {members.map((t) => (
              <option key={t.name} value={t.name}>
                {taskName(t.name, language)}
              </option>
            ))}
          </optgroup>
        ))}
      </select>
      <div id={`${id}-help`} class="hfp-help">
        {chosen && plain(taskHelp(chosen, language))}
      </div>
    </div>
  );
}

function byModality(tasks: TaskShown[]): [string, TaskShown[]][] {
  const groups = new Map<string, TaskShown[]>();
  for (const task of tasks) groups.set(task.modality, [...(groups.get(task.modality) ?? []), task]);
  return [...groups];
}

export function SearchBox({ filtering, toggle }: { filtering: boolean; toggle: () => void }) {
  const app = useApp();
  const [words] = useWords();
  const query = useShown((s) => s.query);
  const hub = useShown((s) => s.home?.hub ?? '');
  const asking = useShown((s) => s.listing === 'hub');
  const on = filtersOn(query);
  const id = useId();
  return (
    <form
      class="hfp-search"
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        void searchHub(app, event);
      }}
    >
      <label class="hfp-hidden" for={id}>
        {words.search}
      </label>
      <input
        id={id}
        class="hfp-input"
        type="search"
        autocomplete="off"
        spellcheck={false}
        maxLength={200}
        placeholder={words.searchHint}
        value={query.words}
        onInput={(e) => setQuery(app, { words: e.currentTarget.value })}
      />
      <button
        type="button"
        class={`hfp-button hfp-quiet ${on ? 'hfp-on' : ''}`}
        aria-expanded={filtering}
        onClick={toggle}
      >
        <Tune /> {words.filters}
        {on > 0 && (
          <span class="hfp-count">
            {on}
            <span class="hfp-hidden">{words.filtersOn('')}</span>
          </span>
        )}
      </button>
      <button class="hfp-button" disabled={!hub || asking} aria-describedby={hub ? undefined : `${id}-off`}>
        {asking ? words.searching : words.searchHub}
      </button>
      {!hub && (
        <span id={`${id}-off`} class="hfp-help">
          {words.offline}
        </span>
      )}
    </form>
  );
}

export function Hits({ shown, all }: { shown: number; all: number }) {
  const app = useApp();
  const [words, language] = useWords();
  const sort = useShown((s) => s.query.sort);
  const id = useId();
  return (
    <div class="hfp-hits">
      <span aria-live="polite">{words.hits(count(shown, language), count(all, language))}</span>
      <span class="hfp-sort">
        <label for={id}>{words.sort}</label>
        <select
          id={id}
          class="hfp-input hfp-small"
          aria-label={words.sort}
          value={sort}
          onChange={(e) => setQuery(app, { sort: SORTS.find((s) => s === e.currentTarget.value) ?? 'score' })}
        >
          {SORTS.map((name) => (
            <option key={name} value={name}>
              {words.sorts[name]}
            </option>
          ))}
        </select>
      </span>
    </div>
  );
}
