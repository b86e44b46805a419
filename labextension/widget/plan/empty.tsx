/** What to do when there is no plan yet. */

import { useApp, useWords } from '../app';

export function EmptyPlan() {
  const app = useApp();
  const [words] = useWords();
  return (
    <div class="hfp-empty">
      <h3>{words.emptyPlan}</h3>
      <p class="hfp-muted">{words.emptyPlanTeach}</p>
      <pre class="hfp-example">{words.emptyPlanCell.trim()}</pre>
      <button type="button" class="hfp-button" onClick={(e) => void app.insert(e, words.emptyPlanCell)}>
        {words.insertExample}
      </button>
    </div>
  );
}
