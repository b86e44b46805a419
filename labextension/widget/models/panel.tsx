/** The models of a task: search, sift, look closer, use. */

import { useEffect, useMemo, useState } from 'preact/hooks';
import { useApp, useShown, useWords } from '../app';
import { shownModels, warm } from '../filter';
import { Note } from '../note';
import { plain } from '../plain';
import { taskName } from '../words/tasks';
import { Details } from './details';
import { Filters } from './filters';
import { ModelList } from './list';
import { offersFor } from './offers';
import { PickingBar } from './picking';
import { Hits, SearchBox, TaskChooser } from './search';
import { list as listModels } from './shelf';

export function ModelsPanel() {
  const app = useApp();
  const task = useShown((s) => s.task);
  const home = useShown((s) => s.home !== null);
  const open = useShown((s) => s.open);
  const stale = useShown((s) => s.stale && s.listing !== 'hub');
  useEffect(() => {
    if (home && stale && task) void listModels(app);
  }, [app, home, stale, task]);
  return open ? <Details /> : <Shelf />;
}

function Shelf() {
  const [words] = useWords();
  const list = useShown((s) => s.list);
  const query = useShown((s) => s.query);
  const hubWords = useShown((s) => s.hubWords);
  const listing = useShown((s) => s.listing);
  const picked = useShown((s) => s.picked);
  const plan = useShown((s) => s.plan);
  const task = useShown((s) => s.task);
  const [filtering, setFiltering] = useState(false);
  const all = useMemo(() => list?.models ?? [], [list]);
  useEffect(() => {
    const soon = setTimeout(() => warm(all));
    return () => clearTimeout(soon);
  }, [all]);
  const shown = useMemo(() => shownModels(all, query, hubWords === query.words), [all, query, hubWords]);
  const chosen = offersFor(task, plan)[0]?.model_id || list?.chosen || '';
  return (
    <>
      <div class="hfp-top">
        <TaskChooser />
        <SearchBox filtering={filtering} toggle={() => setFiltering(!filtering)} />
        {filtering && <Filters models={all} />}
        {list?.away && <Note kind="warn">{plain(list.away)}</Note>}
        {all.length > 0 && <Hits shown={shown.length} all={all.length} />}
      </div>
      {!list && listing && <Note>{words.loading}</Note>}
      {list && !all.length && <Nothing task={task} />}
      {all.length > 0 && !shown.length && <Note>{words.nothingFits}</Note>}
      {shown.length > 0 && <ModelList models={shown} chosen={chosen} />}
      {picked && <PickingBar picked={picked} />}
    </>
  );
}

function Nothing({ task }: { task: string }) {
  const [words, language] = useWords();
  const hub = useShown((s) => s.home?.hub);
  return (
    <div class="hfp-empty">
      <p>{words.nothingHere(taskName(task, language))}</p>
      <p class="hfp-muted">{hub ? words.nothingHereHub : words.nothingHereOffline}</p>
    </div>
  );
}
