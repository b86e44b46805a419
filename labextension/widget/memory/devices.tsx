/** The devices that models can run on, and how full they are. */

import { useWords } from '../app';
import { gibi } from '../formats';
import { plain } from '../plain';
import type { DeviceShown } from '../types';

export function Devices({ devices }: { devices: DeviceShown[] }) {
  const [words] = useWords();
  return (
    <section class="hfp-part">
      <h4>{words.devices}</h4>
      {devices.map((device) => {
        const used = device.total_bytes ? 1 - device.free_bytes / device.total_bytes : 0;
        const line = words.free(gibi(device.free_bytes), gibi(device.total_bytes));
        return (
          <div key={device.name} class="hfp-device">
            <div class="hfp-between">
              <b>{plain(device.name, 60)}</b>
              <span class="hfp-number">{line}</span>
            </div>
            <div class={`hfp-scale ${used > 0.9 ? 'hfp-full' : ''}`} role="img" aria-label={line}>
              <i class="hfp-scale-bar" style={{ width: `${Math.max(0, Math.min(1, used)) * 100}%` }} />
            </div>
            {device.detail && <p class="hfp-muted hfp-break">{plain(device.detail, 200)}</p>}
          </div>
        );
      })}
    </section>
  );
}
