import { Html } from "./html.ts";

/** One style for all pages: large type, contrast above 4.5:1 by day and by night, nothing fetched from elsewhere. */
export const STYLE = new Html(`
:root{color-scheme:light dark;--page:#f2f4f6;--card:#fff;--text:#16191d;--soft:#565e68;--line:#dfe3e8;--accent:#066b3f;
--on-accent:#fff;--warn:#a8320a;--focus:#0a58ca}
@media (prefers-color-scheme:dark){:root{--page:#101214;--card:#1b1e22;--text:#f1f3f5;--soft:#a9b1bb;--line:#343a41;
--accent:#3ddc84;--on-accent:#06210f;--warn:#ffab8a;--focus:#8ab4ff}}
*{box-sizing:border-box}
html{font-size:112.5%;-webkit-text-size-adjust:100%}
body{margin:0;background:var(--page);color:var(--text);line-height:1.55;
font-family:-apple-system,BlinkMacSystemFont,"PingFang SC","Hiragino Sans GB","Microsoft YaHei","Noto Sans CJK SC","Noto Sans SC",sans-serif}
main{max-width:32rem;margin:0 auto;padding:1rem .9rem 2.5rem}
h1{font-size:1.15rem;margin:.3rem 0 .9rem;text-align:center}
h2{font-size:1rem;margin:0 0 .2rem}
.card{background:var(--card);border-radius:.75rem;padding:1rem;margin:0 0 .8rem}
.total{text-align:center;padding:1.3rem 1rem}
.total .label{color:var(--soft);margin:0}
.total .figure{font-size:2.5rem;font-weight:700;line-height:1.25;margin:.1rem 0 0;font-variant-numeric:tabular-nums}
dl{margin:0}
dl div{display:flex;justify-content:space-between;gap:1.2rem;padding:.22rem 0}
dt{color:var(--soft);flex:none;max-width:60%}
dd{margin:0;text-align:right;overflow-wrap:anywhere;text-wrap:balance}
table{width:100%;border-collapse:collapse;margin-top:.5rem}
caption,.hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
th{font-weight:400;text-align:left;padding:.5rem .8rem .5rem 0;vertical-align:top}
td{text-align:right;padding:.5rem 0;white-space:nowrap;vertical-align:top;font-variant-numeric:tabular-nums}
tbody tr{border-top:1px solid var(--line)}
tfoot tr{border-top:1px solid var(--text);font-weight:600}
tfoot th{font-weight:600}
small{display:block;color:var(--soft);font-size:.82rem}
.soft{color:var(--soft);margin:0}
.warn{color:var(--warn)}
.note{border-left:.25rem solid var(--warn)}
.button{display:block;width:100%;min-height:3.2rem;padding:.75rem 1rem;border:0;border-radius:.75rem;background:var(--accent);
color:var(--on-accent);font:inherit;font-size:1.1rem;font-weight:600;text-align:center;text-decoration:none;cursor:pointer}
.button[disabled]{opacity:.55}
.plain{background:transparent;color:var(--accent);border:2px solid var(--accent)}
.quiet{display:block;margin:0 auto;padding:.6rem;border:0;background:none;color:var(--accent);font:inherit;font-size:.9rem;
text-decoration:underline;cursor:pointer}
.card input{display:block;width:100%;min-height:3rem;margin-top:.5rem;padding:.5rem .75rem;border:1px solid var(--soft);
border-radius:.5rem;background:transparent;color:inherit;font:inherit;font-size:1.25rem}
[hidden]{display:none!important}
dl .stack{display:block;padding:.35rem 0}
.stack dt{font-size:.85rem;max-width:none}
.stack dd{display:flex;justify-content:space-between;align-items:center;gap:.6rem;text-align:left}
.copy{flex:none;padding:.15rem .6rem;min-height:2rem;border:1px solid var(--accent);border-radius:.5rem;background:none;color:var(--accent);
font:inherit;font-size:.85rem;cursor:pointer}
.card select{display:block;width:100%;min-height:3rem;margin-top:.5rem;padding:.5rem .75rem;border:1px solid var(--soft);
border-radius:.5rem;background:var(--card);color:inherit;font:inherit;font-size:1.1rem}
.choice{border-top:1px solid var(--line);padding:.7rem 0}
.card h2+.choice{border-top:0}
.card label.pick{display:flex;gap:.7rem;align-items:flex-start;margin-top:0;cursor:pointer}
.pick span{flex:1;overflow-wrap:anywhere}
.pick b{font-weight:400;font-variant-numeric:tabular-nums;white-space:nowrap}
.pick em{color:var(--warn);font-style:normal;font-size:.82rem;white-space:nowrap}
.card .pick input{flex:none;width:1.35rem;height:1.35rem;min-height:0;margin:.15rem 0 0;padding:0;accent-color:var(--accent)}
.more{margin:.5rem 0 0 2.05rem;border:0;padding:0;min-width:0}
.more label.pick{padding:.35rem 0;font-size:.92rem}
.more legend{color:var(--soft);font-size:.82rem;padding:0}
.choice:not(:has(input[type=radio]:checked)) .more{display:none}
.card label{display:block;margin-top:.8rem}
.button+.button,form+.button{margin-top:.7rem}
a{color:var(--accent)}
:focus-visible{outline:3px solid var(--focus);outline-offset:3px}
.hint{text-align:center;text-wrap:balance;color:var(--soft);font-size:.9rem;margin:.9rem .4rem}
.code{background:#fff;border-radius:.75rem;width:min(16.5rem,80vw);margin:0 auto}
.code svg{display:block;width:100%;height:auto}
.done{font-size:2.6rem;line-height:1;margin:.2rem 0 .4rem;color:var(--accent)}
.total p{margin-top:0;margin-bottom:.2rem}
.pay{position:sticky;bottom:0;padding:.6rem 0 calc(.6rem + env(safe-area-inset-bottom));background:var(--page)}
`);
