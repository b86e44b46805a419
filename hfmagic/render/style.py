"""The one style of everything that hfmagic shows. Scoped by `.hfm`; no script, no picture, no address.

Colours are JupyterLab's variables, so both themes work; elsewhere `currentColor` and see-through greys do.
`.hfm.hfm` outweighs JupyterLab's own rules for tables, lists and code in an output.
"""

from __future__ import annotations

_SHEET = """
.hfm.hfm{--t:var(--jp-ui-font-color1,currentColor);--l:var(--jp-border-color2,rgba(128,128,128,.28));
--a:var(--jp-brand-color1,#2b7cd3);--g:var(--jp-success-color1,#3c9a47);--b:var(--jp-error-color1,#d0453e);
--w:var(--jp-warn-color0,#b7791f);--s:rgba(128,128,128,.11);
font-family:var(--jp-ui-font-family,system-ui,sans-serif);font-size:var(--jp-content-font-size1,14px);
line-height:1.5;color:var(--t);max-width:70em;padding:2px 0 4px}
.hfm.hfm p{margin:0 0 .5em}
.hfm.hfm .hfm-head{margin:0 0 .45em;font-size:.93em}
.hfm.hfm .hfm-muted{opacity:.68}
.hfm.hfm .hfm-sub{font-size:.88em;line-height:1.4;margin-top:.1em}
.hfm.hfm .hfm-good{color:var(--g)}
.hfm.hfm .hfm-bad{color:var(--b)}
.hfm.hfm .hfm-warn{color:var(--w)}
.hfm.hfm .hfm-good,.hfm.hfm .hfm-bad.hfm-mark{font-weight:600}
.hfm.hfm .hfm-code{font-family:var(--jp-code-font-family,ui-monospace,monospace);font-size:.92em;background:none;
color:inherit;padding:0;white-space:pre-wrap;overflow-wrap:break-word}
.hfm.hfm .hfm-wide{overflow-x:auto}
.hfm.hfm .hfm-table{border-collapse:collapse;border:0;margin:0 0 .6em;table-layout:auto;width:auto;
font-size:.95em;color:inherit}
.hfm.hfm .hfm-table tr,.hfm.hfm .hfm-table tr:nth-child(even),.hfm.hfm .hfm-table tr:nth-child(odd){background:none;
border:0}
.hfm.hfm .hfm-table tbody tr:hover{background:var(--s)}
.hfm.hfm .hfm-table th,.hfm.hfm .hfm-table td{text-align:left;vertical-align:top;padding:.4em 1.1em .4em 0;border:0;
border-top:1px solid var(--l);line-height:1.45;overflow-wrap:break-word;max-width:34em}
.hfm.hfm .hfm-table .hfm-long{min-width:17em;overflow-wrap:anywhere}
.hfm.hfm .hfm-plan td{overflow-wrap:anywhere}
.hfm.hfm .hfm-table th{border-top:0;padding-top:.2em;font-weight:600;font-size:.88em;vertical-align:bottom;
opacity:.8}
.hfm.hfm .hfm-table .hfm-number{text-align:right;font-variant-numeric:tabular-nums}
.hfm.hfm .hfm-table td.hfm-number{white-space:nowrap}
.hfm.hfm .hfm-plan{width:100%;min-width:46em;table-layout:fixed}
.hfm.hfm .hfm-plan th:nth-child(1){width:1.9em}
.hfm.hfm .hfm-plan th:nth-child(2){width:33%}
.hfm.hfm .hfm-plan th:nth-child(3){width:28%}
.hfm.hfm .hfm-plan th:nth-child(4){width:15%}
.hfm.hfm .hfm-plan td:nth-child(1){opacity:.68}
.hfm.hfm .hfm-plan td:nth-child(5){padding-right:0}
.hfm.hfm .hfm-does{font-weight:500}
.hfm.hfm progress{width:95%;max-width:10em;height:.55em;accent-color:var(--a);
vertical-align:middle;margin:.45em 0 .2em;display:block}
.hfm.hfm .hfm-waits{margin:.2em 0 .4em}
.hfm.hfm .hfm-buttons{margin:.3em 0 .5em}
.hfm.hfm .hfm-button{font:inherit;font-size:.9em;color:inherit;background:var(--s);border:1px solid var(--l);
border-radius:4px;padding:.15em .9em;margin:0 .5em 0 0;cursor:pointer}
.hfm.hfm .hfm-approve{background:var(--a);border-color:var(--a);color:#fff}
.hfm.hfm .hfm-notes{margin:.1em 0 .4em;padding-left:1.2em;font-size:.9em;opacity:.8}
.hfm.hfm .hfm-answer{font-size:1.1em;line-height:1.55;margin:.1em 0 .8em;max-width:52em}
.hfm.hfm .hfm-answer sup{font-size:.66em;opacity:.6;cursor:help;line-height:0;margin-left:.1em}
.hfm.hfm .hfm-by{font-size:.86em;margin:-.6em 0 .8em}
.hfm.hfm .hfm-line{white-space:nowrap}
.hfm.hfm .hfm-section{margin:0 0 1em}
.hfm.hfm .hfm-title{font-size:.9em;margin:0 0 .35em}
.hfm.hfm .hfm-new{border-bottom:2px solid var(--a)}
.hfm.hfm .hfm-chip{display:inline-block;background:var(--s);border-radius:.7em;padding:0 .6em;line-height:1.55}
.hfm.hfm .hfm-bars td{border:0;padding:.12em .8em .12em 0;vertical-align:middle}
.hfm.hfm .hfm-track{width:14em;height:.6em;border-radius:.3em;background:var(--s)}
.hfm.hfm .hfm-bar{height:.6em;border-radius:.3em;background:var(--a);min-width:2px}
.hfm.hfm .hfm-block{white-space:pre-wrap;overflow-wrap:anywhere;border-left:3px solid var(--l);padding:.1em 0 .1em .9em;
max-width:52em}
.hfm.hfm .hfm-pair,.hfm.hfm .hfm-strip{display:flex;flex-wrap:wrap;gap:.6em;align-items:flex-start}
.hfm.hfm .hfm-strip{gap:.35em}
.hfm.hfm .hfm-still{font-size:.8em;line-height:1.2}
.hfm.hfm .hfm-caption{margin:.1em 0 .5em;max-width:52em}
.hfm.hfm .hfm-swatch{display:inline-block;min-width:1.05em;height:1.25em;line-height:1.25em;padding:0 .2em;
border-radius:3px;text-align:center;color:#fff;font-size:.78em;font-weight:600}
.hfm.hfm .hfm-legend td{max-width:22em}
.hfm.hfm .hfm-time{white-space:nowrap;font-variant-numeric:tabular-nums}
.hfm.hfm .hfm-segments td{border:0;padding:.12em .9em .12em 0}
.hfm.hfm .hfm-side{white-space:pre-wrap;max-width:32em;overflow-wrap:anywhere}
.hfm.hfm .hfm-histogram{display:flex;align-items:flex-end;gap:1px;height:3.2em;width:14em;
border-bottom:1px solid var(--l)}
.hfm.hfm .hfm-column{flex:1;background:var(--a);border-radius:1px 1px 0 0}
.hfm.hfm .hfm-tiny{font-size:.8em;line-height:1.3}
.hfm.hfm .hfm-medium{min-width:5em}
.hfm.hfm .hfm-medium .hfm-strip{flex-wrap:nowrap}
.hfm.hfm .hfm-medium audio{width:210px;height:32px}
.hfm.hfm .hfm-scale{display:inline-block;vertical-align:middle;border-radius:2px}
.hfm.hfm .hfm-spans{line-height:1.85}
.hfm.hfm mark{background:var(--s);color:inherit;border-bottom:2px solid var(--a);border-radius:2px;padding:0 .15em}
.hfm.hfm mark small{font-size:.68em;margin-left:.4em;letter-spacing:.02em;color:#fff;border-radius:2px;
padding:.05em .4em;vertical-align:.08em}
.hfm.hfm .hfm-beside>tbody>tr>td{border:0;padding:0 1.6em 0 0;max-width:none;vertical-align:middle}
.hfm.hfm .hfm-beside>tbody>tr:hover{background:none}
.hfm.hfm .hfm-gallery td{border:0;padding:0 .9em .9em 0;max-width:200px;font-size:.92em;line-height:1.35}
.hfm.hfm .hfm-broad td{max-width:none}
.hfm.hfm .hfm-sides tr:first-child td{border-top:0}
.hfm.hfm .hfm-gallery tr:hover{background:none}
.hfm.hfm img{max-width:100%;height:auto;margin:0;background:none}
.hfm.hfm .hfm-photo{border-radius:4px;display:block;margin-bottom:.3em}
.hfm.hfm .hfm-wave{display:block;margin:.2em 0}
.hfm.hfm audio{display:block;height:36px;width:100%;max-width:420px}
.hfm.hfm details{font-size:.92em;margin:.1em 0 .5em}
.hfm.hfm summary{cursor:pointer}
.hfm.hfm details ul{margin:.3em 0;padding-left:1.4em}
.hfm.hfm .hfm-foot{font-size:.86em;margin-top:.3em}
"""

STYLE = _SHEET.replace("\n.hfm", ".hfm").replace("\n", "")
