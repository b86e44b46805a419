/** Every foreign text made as nasty as it may come. Numbers, ids of steps and words of the protocol stay. */

const NASTY = [
  '<img src=x onerror="window.fired=1">',
  '"><script>window.fired=1</script>',
  '\u202Egnp.exe\u202C \u2066rtl\u2069 שלום عليكم',
  'Z' + '\u0301\u0302\u0303\u0304\u0330\u0331'.repeat(60) + 'algo',
  'A'.repeat(2000),
  'line\nbreak\u0000\u0007\u001b[31m tab\t${7*7} {{7*7}} javascript:alert(1)',
  '超'.repeat(400),
];
const FOREIGN = new Set(
  'model_id owner license languages basis rejected warnings labels architectures dtype limits tags card fetched subject given label line reason does reads where output rejected_reasons notes answer stored error queued before after largest detail name help value choices request metrics away device version'.split(
    ' ',
  ),
);
const FIXED = new Set(['running', 'done']);

export function hostile<T>(value: T, key = '', at = { n: 0 }): T {
  if (typeof value === 'string') {
    return FOREIGN.has(key) && value && !FIXED.has(value) ? (`${NASTY[at.n++ % NASTY.length]}${at.n}` as T) : value;
  }
  if (Array.isArray(value)) return value.map((v: unknown) => hostile(v, key, at)) as T;
  if (typeof value !== 'object' || value === null) return value;
  if ('has_model' in value) return value; // the catalogue is ours
  return Object.fromEntries(
    Object.entries(value).map(([name, v]) => [
      key === 'metrics' ? `${NASTY[at.n++ % NASTY.length]}` : name,
      hostile(v, name === 'address' ? 'address' : name, at),
    ]),
  ) as T;
}
