/** The name of a model in a list. */

import { nameParts, plain } from '../plain';

export function ModelTitle({ id }: { id: string }) {
  const [owner, name] = nameParts(id);
  return (
    <p class="hfp-thing-name" title={plain(id, 200)}>
      {owner && <span class="hfp-muted">{owner}/</span>}
      <wbr />
      <b>{name}</b>
    </p>
  );
}
