/** The license of a model: its class as a word and a colour, its id where there is room. */

import { useWords } from '../app';
import { plain } from '../plain';
import type { ModelShown } from '../types';

export function LicenseBadge({ model }: { model: ModelShown }) {
  const [words] = useWords();
  const id = plain(model.license, 60);
  return (
    <span class={`hfp-license hfp-is-${model.license_class}`} title={id}>
      <b>{words.licenseClass[model.license_class]}</b>
      {id && <span>{id}</span>}
    </span>
  );
}
