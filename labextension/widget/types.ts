/** Generated from hfmagic/page/ by `make types`; do not edit. */

/**
 * One kind of value. A column of a frame, or a step over one, holds many of it.
 *
 */
export type Kind =
  | 'text'
  | 'image'
  | 'audio'
  | 'video'
  | 'table'
  | 'labels'
  | 'spans'
  | 'boxes'
  | 'mask'
  | 'embedding'
  | 'number'
  | 'document';

/**
 * Everything that goes over the line, for the generator of types.
 */
export interface Protocol {
  from_page: Message;
  answer: Answer;
  push: Push;
}
/**
 * One message of the page's: a question, with the number under which its answer is awaited.
 *
 */
export interface Message {
  id: number;
  body:
    | Hello
    | Search
    | Candidates
    | Details
    | Use
    | Edit
    | Approve
    | Dismiss
    | Cancel
    | Rate
    | LookAtMemory
    | Unload
    | Delete
    | Try
    | LabelRow
    | Export;
}
/**
 * A page has opened: what is there? Answer: Home.
 *
 */
export interface Hello {
  ask?: 'hello';
}
/**
 * The models of a task; those on this machine, and with `hub` those that the Hub finds. Answer: Models.
 *
 */
export interface Search {
  ask?: 'search';
  task: string;
  words?: string;
  license?: ('permissive' | 'copyleft' | 'non-commercial' | 'restricted' | 'unknown')[];
  max_size?: number | null;
  language?: string;
  hub?: boolean;
}
/**
 * The candidates of a step of the last plan, and why. Answer: Models.
 *
 */
export interface Candidates {
  ask?: 'candidates';
  step: string;
}
/**
 * What is known of a model that was listed. Answer: ModelDetails.
 *
 */
export interface Details {
  ask?: 'details';
  model_id: string;
}
/**
 * Another model for a step; what depends on it runs again. Answer: Taken; then PlanShown is pushed.
 *
 */
export interface Use {
  ask?: 'use';
  plan: string;
  step: string;
  model_id: string;
}
/**
 * Other parameters for a step; what depends on it runs again. Answer: Taken; then PlanShown is pushed.
 *
 */
export interface Edit {
  ask?: 'edit';
  plan: string;
  step: string;
  parameters: {
    [k: string]: boolean | number | string | string[];
  };
}
/**
 * Run the plan that waits, as it was seen, downloads and all. Answer: Taken.
 *
 */
export interface Approve {
  ask?: 'approve';
  plan: string;
}
/**
 * Do not run the plan that waits. Answer: Taken.
 *
 */
export interface Dismiss {
  ask?: 'dismiss';
  plan: string;
}
/**
 * Stop what runs; finished rows are kept. Answer: Taken.
 *
 */
export interface Cancel {
  ask?: 'cancel';
}
/**
 * What a step gave was good, or was not. Answer: Taken.
 *
 */
export interface Rate {
  ask?: 'rate';
  plan: string;
  step: string;
  liked: boolean;
}
/**
 * Devices, loaded models, and models on disk. Answer: MemoryShown.
 *
 */
export interface LookAtMemory {
  ask?: 'memory';
}
/**
 * Let a loaded model go. Answer: MemoryShown.
 *
 */
export interface Unload {
  ask?: 'unload';
  model_id: string;
}
/**
 * Delete a downloaded model from the disk. Answer: MemoryShown.
 *
 */
export interface Delete {
  ask?: 'delete';
  model_id: string;
  revision: string;
}
/**
 * Try models that were listed on varied rows of a step. Answer: Taken; then TrialShown is pushed.
 *
 * `labels` is the column that says what the rows really are, `by` the one for whose values the quality is told apart.
 *
 */
export interface Try {
  ask?: 'try';
  plan: string;
  step: string;
  /**
   * @minItems 1
   * @maxItems 6
   */
  model_ids: string[];
  rows?: number;
  labels?: string;
  by?: string;
}
/**
 * What a row of the trial really is; the trial is ranked anew. Answer: Taken; then TrialShown is pushed.
 *
 */
export interface LabelRow {
  ask?: 'label';
  row: number;
  label: string;
}
/**
 * The last plan to take away: as JSON, as a cell that names its models, or as Python. Answer: Text.
 *
 */
export interface Export {
  ask?: 'export';
  form: 'json' | 'cell' | 'python';
}
/**
 * The answer to the message `id`.
 *
 */
export interface Answer {
  id: number;
  refused?: Refused | null;
  home?: Home | null;
  models?: Models | null;
  details?: ModelDetails | null;
  memory?: MemoryShown | null;
  text?: Text | null;
  taken?: Taken | null;
}
/**
 * What was asked for was not done, and why, in one line.
 *
 */
export interface Refused {
  code: string;
  line: string;
}
/**
 * What is there when a page opens. `hub` is the Hub's host, empty while offline; `models` are those here.
 *
 */
export interface Home {
  version: string;
  tasks: TaskShown[];
  hub: string;
  planner: string;
  models_here: number;
  plan?: PlanShown | null;
  trial?: TrialShown | null;
}
/**
 * A task that can be run; `modality` is the kind of its first input. `has_model` is false for an operation.
 *
 */
export interface TaskShown {
  name: string;
  help: string;
  modality: string;
  gives: string;
  has_model: boolean;
}
/**
 * The last plan and where it stands. `running` while a cell or the page runs it; `error` is how it ended.
 *
 */
export interface PlanShown {
  plan: Plan;
  hash: string;
  steps: StepShown[];
  running: boolean;
  waits: Waiting | null;
  stored: string;
  answer: string;
  error: string;
  /**
   * what runs as soon as the running cell has ended; empty when nothing waits
   */
  queued: string;
  changes: Change[];
}
/**
 * A typed chain of tasks over inputs.
 *
 * `notes` lists what a reader should know: repairs, assumptions, limits. `planner` is who made it. `follows` are the
 * earlier requests that a follow-up edits, oldest first, as far as they say limits, which still hold.
 * `answer` are the ids of the steps that the answer speaks of first, in that order: references alone, as a plan is
 * written before anything is known; the words come from their outputs. JSON lacks what is empty of these two.
 *
 */
export interface Plan {
  version?: 1;
  request?: string;
  language?: 'en' | 'zh';
  planner?: string;
  inputs?: InputSchema[];
  /**
   * @minItems 1
   * @maxItems 12
   */
  steps: Step[];
  notes?: string[];
  follows?: string[];
  answer?: string[];
}
/**
 * What a planner may know of an input: never a row.
 *
 * A collection (frame, series, list, folder) is a TABLE with its columns and `rows`; a single value has its own kind.
 *
 */
export interface InputSchema {
  name: string;
  kind: Kind;
  rows?: number | null;
  columns?: ColumnSchema[];
  language?: string | null;
}
/**
 * What is known of a column without its rows.
 *
 * `labels` are the names that a step of hfmagic can have put into it; `language` is an ISO 639-1 code.
 *
 */
export interface ColumnSchema {
  name: string;
  kind?: Kind | null;
  dtype?: string;
  language?: string | null;
  labels?: string[];
}
/**
 * One task over its inputs.
 *
 * `where` selects rows (all conditions hold; the others stay null); `map` runs each element of list-valued rows.
 * `output` names the column, table or value that it gives. `wanted` is a model that the request named in words,
 * `instead` says how the model is to differ from the one that the step had; JSON lacks it where nothing is asked.
 *
 */
export interface Step {
  id: string;
  task: string;
  inputs: {
    [k: string]: Column | StepOutput | Variable | Frame | Constant;
  };
  parameters?: {
    [k: string]: unknown;
  };
  where?: Predicate[];
  map?: boolean;
  output: string;
  wanted?: string;
  model?: ModelChoice | null;
  instead?: Instead | null;
}
/**
 * A column of an input frame, or of the table that a step gives.
 *
 */
export interface Column {
  column: string;
  of: string;
}
/**
 * What another step gives: row for row where that step ran over a column.
 *
 */
export interface StepOutput {
  step: string;
}
/**
 * An input that is a single value.
 *
 */
export interface Variable {
  variable: string;
}
/**
 * A frame (an input, or a step's table) with the columns that the steps in `plus` add to it.
 *
 */
export interface Frame {
  frame: string;
  plus?: string[];
}
/**
 * A value that the request itself states.
 *
 */
export interface Constant {
  constant: string | number | boolean;
}
/**
 * One condition on a row. Labels are compared without regard to case.
 *
 */
export interface Predicate {
  of: Column | StepOutput;
  op?: '==' | '!=' | '<' | '<=' | '>' | '>=' | 'in' | 'contains' | 'is-null' | 'not-null';
  value?: string | number | boolean | (string | number)[] | null;
}
/**
 * A model pinned to a step: `revision` is 40 hex digits.
 *
 * `reason` says what the choice rests on, `limits` what the model's makers say it cannot do.
 *
 */
export interface ModelChoice {
  model_id: string;
  revision: string;
  reason?: string;
  limits?: string;
}
/**
 * What a follow-up wants of a step's model, against the model `of` that the step had.
 *
 */
export interface Instead {
  of: string;
  want: 'bigger' | 'smaller' | 'faster' | 'better' | 'other' | 'multilingual';
}
/**
 * A step of the plan and where it stands. `done` and `total` count rows, or bytes while it is downloading.
 *
 */
export interface StepShown {
  id: string;
  task: string;
  does: string;
  reads: string[];
  where: string;
  output: string;
  parents: string[];
  parameters: ParameterShown[];
  model_id: string;
  revision: string;
  reason: string;
  needs_model: boolean;
  phase: 'pending' | 'downloading' | 'loading' | 'running' | 'done' | 'failed' | 'stopped' | 'skipped';
  done: number;
  total: number;
  line: string;
  seconds: number | null;
  seconds_left: number | null;
  rows_per_second: number | null;
  rows: number;
  unique: number;
  rejected: number;
  rejected_reasons: string[];
  device: string;
  dtype: string;
  notes: string[];
  rated: boolean | null;
  /**
   * true when it was taken over from the run before
   */
  kept: boolean;
}
/**
 * A setting of a step, for a form.
 *
 */
export interface ParameterShown {
  name: string;
  type: 'str' | 'int' | 'float' | 'bool' | 'list';
  value: boolean | number | string | string[] | null;
  default: boolean | number | string | string[] | null;
  help: string;
  unit: string;
  low: number | null;
  high: number | null;
  choices: string[];
  required: boolean;
}
/**
 * Why the plan waits for a click: because it was only asked for, or because of what it would download (bytes).
 *
 */
export interface Waiting {
  why: 'shown' | 'download';
  fetch_bytes: number;
  largest: string;
}
/**
 * What a swap changed in one step: `changed` of `total` rows, and the first ten of them.
 *
 */
export interface Change {
  step: string;
  output: string;
  changed: number;
  total: number;
  examples: ChangedRow[];
}
/**
 * One row before and after.
 *
 */
export interface ChangedRow {
  row: number;
  subject: string;
  before: string;
  after: string;
}
/**
 * A trial: models, best first. `measure` names what `value` is; `said` is what follows, the verdict first.
 *
 * `winner` is the model that is better for sure; empty while that is open.
 *
 */
export interface TrialShown {
  step: string;
  task: string;
  rows: number;
  running: boolean;
  measure: string;
  models: TriedModel[];
  disagreements: Disagreement[];
  labels: string[];
  said: string[];
  winner: string;
  error: string;
}
/**
 * A model in a trial: `value` is the trial's measure with its 95 % interval, None until it has run, each as a part
 * of a whole bar; `figure` and `span` are the same in words. `peak_bytes` is 0 where it was not measured.
 *
 */
export interface TriedModel {
  model_id: string;
  done: number;
  seconds: number;
  value: number | null;
  low: number;
  high: number;
  figure: string;
  span: string;
  rows_per_second: number;
  peak_bytes: number;
  error: string;
}
/**
 * A row for which the models of a trial gave different labels; `label` is what the user said it is.
 *
 * `row` counts those of the trial, `place` those of the frame, from 0.
 *
 */
export interface Disagreement {
  row: number;
  place: number;
  subject: string;
  /**
   * (model id, its label)
   */
  given: unknown[][];
  label: string;
}
/**
 * A list of models, best first, the rejected last. `away` says why the Hub gave none; `device` where they run.
 *
 */
export interface Models {
  task: string;
  models: ModelShown[];
  away: string;
  device: string;
  chosen?: string;
}
/**
 * A model in a list, with its facts. Sizes in bytes, `parameters` a count, `score`, `quality` and `speed` 0…1.
 *
 * `rejected` says why it cannot be chosen, empty for one that can. `needs_bytes` is what it takes in memory on the
 * device, of which `free_bytes` are free; `fit` is green below 70 % of them, amber below all of them. `fetch_bytes` is
 * what would be downloaded, None where that is not known. `ratings` are thumbs up and down.
 *
 */
export interface ModelShown {
  model_id: string;
  owner: string;
  task: string;
  license: string;
  license_class: 'permissive' | 'copyleft' | 'non-commercial' | 'restricted' | 'unknown';
  languages: string[];
  parameters: number;
  weight_bytes: number;
  fetch_bytes: number | null;
  here: boolean;
  downloads: number;
  likes: number;
  score: number | null;
  quality: number;
  speed: number;
  basis: string;
  rejected: string;
  fit: 'green' | 'amber' | 'red' | 'unknown';
  needs_bytes: number;
  free_bytes: number;
  labels: string[];
  warnings: string[];
  /**
   * @minItems 2
   * @maxItems 2
   */
  ratings: unknown[];
}
/**
 * What else is known of a model. `card` is the front matter of its card, as names and plain text.
 *
 * `base_models` are those that it was made from; `security` is the Hub's scan: "safe", "unsafe: FILE" or empty where
 * it says nothing; `verified`: the Hub knows its owner, None where that is not known.
 *
 */
export interface ModelDetails {
  model: ModelShown;
  revision: string;
  architectures: string[];
  labels: string[];
  max_tokens: number | null;
  dtype: string;
  metrics: {
    [k: string]: number;
  };
  evaluations: EvaluationShown[];
  base_models: string[];
  security: string;
  verified: boolean | null;
  limits: string;
  tags: string[];
  card: unknown[][];
  fetched: string;
  /**
   * its page on the Hub; empty for a model of a folder
   */
  address: string;
}
/**
 * A figure that someone else measured: `source` says who, `verified` whether the Hub did.
 *
 */
export interface EvaluationShown {
  metric: string;
  value: number;
  dataset: string;
  source: string;
  verified: boolean;
}
/**
 * Devices, loaded models, and models on disk.
 *
 */
export interface MemoryShown {
  devices: DeviceShown[];
  loaded: LoadedShown[];
  on_disk: OnDisk[];
}
/**
 * A device; memory in bytes.
 *
 */
export interface DeviceShown {
  name: string;
  detail: string;
  total_bytes: number;
  free_bytes: number;
}
/**
 * A loaded model; `used` is when it last ran, in seconds since 1970.
 *
 */
export interface LoadedShown {
  model_id: string;
  device: string;
  dtype: string;
  bytes: number;
  used: number;
}
/**
 * A model on the disk. One in a folder of the user's can not be deleted from here.
 *
 */
export interface OnDisk {
  model_id: string;
  revision: string;
  task: string;
  bytes: number;
  fetched: string;
  can_delete: boolean;
}
/**
 * A text to copy or insert.
 *
 */
export interface Text {
  text: string;
}
/**
 * What was asked for is under way; `line` says how.
 *
 */
export interface Taken {
  line?: string;
}
/**
 * What the kernel says unasked. `line` is for the user's eyes.
 *
 */
export interface Push {
  plan?: PlanShown | null;
  trial?: TrialShown | null;
  memory?: MemoryShown | null;
  line?: string;
}
/**
 * A figure that someone measured: `source` says who (the card, a leaderboard), `verified` whether the Hub did.
 *
 */
export interface Evaluation {
  metric: string;
  value: number;
  dataset?: string;
  source?: string;
  verified?: boolean;
}
/**
 * Counts of a transformer, 0 where the config does not say. `kv_heads` × `head_dim`: the width of its KV cache.
 *
 * `decoder_layers` are those of an encoder-decoder's second half. `gated`: its MLP multiplies two projections.
 * `tokens` are read of every value beside its text: the patches of a picture, the frames of 30 s of sound; `pixels`
 * are those of the picture. `rate`: positions a second of sound, for a model that reads waves.
 *
 */
export interface Shape {
  layers?: number;
  hidden?: number;
  heads?: number;
  kv_heads?: number;
  head_dim?: number;
  intermediate?: number;
  vocab?: number;
  decoder_layers?: number;
  gated?: boolean;
  tokens?: number;
  pixels?: number;
  rate?: number;
}
/**
 * One model. Sizes in bytes; `parameters` a count; `metrics` from the card's model-index, name → value.
 *
 * `folder` is where its files are, None for a model that is not on this machine; `revision` the Hub's commit, empty
 * for a folder that no Hub knows; `fetched` the day (ISO 8601) it was downloaded; `fetch_bytes` what is still to
 * fetch, None where that is not known. `labels` are the names its head gives (empty: none, or unnamed ones).
 * `pooled`: made for one embedding a text. `limits` is what its makers say it cannot do, from the card's front matter.
 * `problem` says why it can never run here: pickle only, own code, damage. `gated`: its owner lets in who asks.
 * `library` as the Hub names it; `created` and `modified` are days (ISO 8601); `base_models` it was made from, ids;
 * `security` is the Hub's scan: "safe", "unsafe: FILE" or empty where not known; `remote_code`: it brings its own;
 * `verified`: the Hub knows its owner, None where that is not known. `shape` says how much memory a row takes.
 *
 */
export interface ModelFacts {
  model_id: string;
  folder: string | null;
  task?: string | null;
  architectures?: string[];
  license?: string | null;
  languages?: string[];
  tags?: string[];
  labels?: string[];
  parameters?: number;
  weight_bytes?: number;
  dtype?: string;
  max_tokens?: number | null;
  metrics?: {
    [k: string]: number;
  };
  pooled?: boolean;
  limits?: string;
  problem?: string;
  revision?: string;
  fetched?: string;
  fetch_bytes?: number | null;
  downloads?: number;
  likes?: number;
  gated?: boolean;
  library?: string;
  created?: string;
  modified?: string;
  base_models?: string[];
  datasets?: string[];
  evaluations?: Evaluation[];
  security?: string;
  remote_code?: boolean;
  verified?: boolean | null;
  shape?: Shape | null;
}
