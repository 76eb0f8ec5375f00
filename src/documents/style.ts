import { Html } from "./html.ts";

/** What the fonts of the shell are called (fonts.ts); figures stand under each other because all digits are as wide. */
export const FONT_FAMILY = "Noto Sans SC Papers";

/** One style for all papers: A4, black on white also on a bad printer, nothing fetched from elsewhere. */
export const PAPER_STYLE = new Html(`
@page{size:A4;margin:14mm 14mm 17mm;
@bottom-right{content:"第 " counter(page) " 页 / 共 " counter(pages) " 页";font:8pt "${FONT_FAMILY}";color:#444;vertical-align:top;padding-top:3mm}}
*{box-sizing:border-box}
html{-webkit-print-color-adjust:exact;print-color-adjust:exact}
body{margin:0;color:#111;background:#fff;font:9.5pt/1.5 "${FONT_FAMILY}",sans-serif;font-weight:400;
overflow-wrap:anywhere;font-variant-numeric:tabular-nums;text-rendering:geometricPrecision;font-kerning:none}
p,h1,h2,dl,dd{margin:0}
h1{font-size:17pt;line-height:1.3;font-weight:600}
h2{font-size:10.5pt;font-weight:600;margin:5mm 0 1.5mm;break-after:avoid}
.letterhead{display:flex;justify-content:space-between;gap:8mm;border-bottom:1.2pt solid #111;padding-bottom:2.5mm;margin-bottom:3mm}
.letterhead .from{flex:1;min-width:0}
.letterhead .entity{font-size:12pt;font-weight:600}
.letterhead .what{flex:none;max-width:75mm;text-align:right}
.soft{color:#555;font-size:8.5pt}
.facts{display:grid;grid-template-columns:3fr 2fr;column-gap:8mm;row-gap:.6mm;margin-bottom:3mm}
.facts div{display:flex;gap:2mm}
.facts .wide{grid-column:1/-1}
.facts dt{flex:none;width:18mm;color:#555}
.facts dd{min-width:0}
table{width:100%;border-collapse:collapse}
thead{display:table-header-group}
th{font-weight:600;text-align:left;font-size:8.5pt;padding:1mm 1.5mm;border-bottom:.8pt solid #111;background:#f1f1f1;white-space:nowrap}
td{padding:1mm 1.5mm;vertical-align:top}
th.n,td.n{text-align:right;white-space:nowrap}
td.q{text-align:right}
tbody{break-inside:avoid;border-bottom:.4pt solid #bbb}
tbody.sum{border-bottom:none;border-top:.8pt solid #111;font-weight:600;break-before:avoid}
tr.term td{padding-top:0;color:#444;font-size:8.5pt}
tr.term td:first-child{padding-left:5mm}
td small{display:block;color:#555;font-size:8pt;line-height:1.35}
.keep{break-inside:avoid}
.totals{margin:3mm 0 0 auto;width:112mm;break-inside:avoid}
.totals div{display:flex;justify-content:space-between;gap:4mm;padding:.6mm 1.5mm}
.totals dt{color:#333}
.totals dd{text-align:right;white-space:nowrap}
.totals .due{border-top:.8pt solid #111;border-bottom:.8pt solid #111;margin-top:1mm;padding:1.2mm 1.5mm;font-weight:600;font-size:12.5pt}
.totals .words{font-size:9pt}
.totals .words dd{white-space:normal}
.pay{display:flex;gap:6mm;margin-top:3mm;padding:2.5mm 3mm;border:.8pt solid #111;break-inside:avoid}
.pay .account{flex:1;min-width:0}
.pay .account div{display:flex;gap:2mm}
.pay .account dt{flex:none;width:18mm;color:#555}
.pay .account dd{min-width:0;font-weight:600}
.pay .codes{display:flex;gap:5mm;flex:none;text-align:center}
.pay .codes svg{display:block;width:27mm;height:27mm}
.charts{display:flex;gap:4mm;break-inside:avoid}
.charts figure{margin:0;flex:1;min-width:0;max-width:90mm}
.charts figcaption{font-size:8.5pt;color:#333}
.charts svg{display:block;width:100%;height:auto}
.derivation{margin:0 0 2mm;break-inside:avoid}
.derivation h3{font-size:9.5pt;font-weight:600;margin:0;display:flex;justify-content:space-between;gap:4mm}
.derivation h3 span{white-space:nowrap}
.derivation p{padding-left:3mm;color:#333;font-size:8.5pt}
.note{margin-top:3mm}
.proof{margin-top:5mm;padding-top:1.5mm;border-top:.4pt solid #888;color:#555;font-size:8pt;break-inside:avoid}
.proof p{overflow-wrap:anywhere}
.letter p{margin:0 0 2.5mm;text-align:justify}
.letter .body{text-indent:2em}
.sign{margin-top:8mm;text-align:right;break-inside:avoid}
.void{position:fixed;top:38%;left:0;right:0;text-align:center;font-size:60pt;font-weight:600;color:rgba(180,0,0,.22);transform:rotate(-24deg)}
.consent{display:grid;grid-template-columns:1fr 1fr;gap:10mm;margin-top:10mm;break-inside:avoid}
.consent div{border-top:.6pt solid #111;padding-top:1.5mm}
`);
