/** What takes memory and disk, and how to have it back. */

import { useEffect } from 'preact/hooks';
import { useApp, useShown, useWords } from '../app';
import { Note } from '../note';
import { Devices } from './devices';
import { Disk } from './disk';
import { Loaded } from './loaded';

export function MemoryPanel() {
  const app = useApp();
  const [words] = useWords();
  const memory = useShown((s) => s.memory);
  const look = (): void => void app.line.ask({ ask: 'memory' }).then((answer) => app.told(answer));
  useEffect(look, [app]);
  if (!memory) return <Note>{words.loading}</Note>;
  return (
    <div class="hfp-memory hfp-scroll">
      <Devices devices={memory.devices} />
      <Loaded loaded={memory.loaded} />
      <Disk models={memory.on_disk} />
      <button type="button" class="hfp-link" onClick={look}>
        {words.refresh}
      </button>
    </div>
  );
}
