/*
 * The only scripts that leave this house, for the old browsers inside WeChat: plain functions, no syntax later than
 * ES2015. What they need to know is in the JSON of #watch; they hold no figure and no word.
 */

/** Asks every 2 s for a minute, then every 6 s, whether the payment is there; shows the result page when it is. */
export const STATUS_SCRIPT = `(function(){
var watch=JSON.parse(document.getElementById("watch").textContent);
var asked=0;
function ask(){asked+=1;
fetch(watch.status,{credentials:"same-origin",cache:"no-store"}).then(function(answer){return answer.json()}).then(function(order){
if(order.state==="paid"||order.state==="ended")location.replace(watch.page);else again()},again)}
function again(){setTimeout(ask,asked<30?2000:6000)}
setTimeout(ask,1500)})();
`;

/** Opens WeChat Pay at once (unless the payer is just asking) and at every tap; its own word is not believed, only the status of our server. */
export const JSAPI_SCRIPT = `(function(){
var data=JSON.parse(document.getElementById("watch").textContent);
function tell(text){document.getElementById("news").textContent=text}
function pay(){
if(typeof WeixinJSBridge==="undefined")return;
WeixinJSBridge.invoke("getBrandWCPayRequest",data.jsapi,function(result){
var end=result&&result.err_msg;
if(end==="get_brand_wcpay_request:ok"){tell(data.waiting);location.replace(data.page+"&check=1")}
else tell(end==="get_brand_wcpay_request:cancel"?data.cancelled:data.failed)})}
document.getElementById("pay").addEventListener("click",pay);
if(!data.open)return;
if(typeof WeixinJSBridge==="undefined")document.addEventListener("WeixinJSBridgeReady",pay,false);else pay()})();
`;

/** Copies what a button names; where the clipboard is closed, by the old way through a selection. */
export const COPY_SCRIPT = `(function(){
function old(text){var area=document.createElement("textarea");area.value=text;area.setAttribute("readonly","");
document.body.appendChild(area);area.select();area.setSelectionRange(0,text.length);
try{document.execCommand("copy")}finally{area.remove()}}
document.addEventListener("click",function(event){
var button=event.target.closest("[data-copy]");
if(!button)return;
var text=button.getAttribute("data-copy");
function done(){button.textContent=button.getAttribute("data-done");
document.getElementById("news").textContent=button.getAttribute("aria-label")+" "+button.getAttribute("data-done")}
if(navigator.clipboard&&window.isSecureContext)navigator.clipboard.writeText(text).then(done,function(){old(text);done()});
else{old(text);done()}})})();
`;

/**
 * The form of invoice titles: asks our server about the number while it is typed, and fills the form from the titles kept in
 * WeChat where that works. `chooseInvoiceTitle` is a hidden function (beta), so its button shows only when wx is ready.
 */
export const TITLE_SCRIPT = `(function(){
var setup=JSON.parse(document.getElementById("setup").textContent);
var form=document.getElementById("title-form");
var news=document.getElementById("tax-news");
var asked=0,timer;
function show(text){news.textContent=text}
function use(number){form.elements.taxNo.value=number;check()}
function check(){var number=form.elements.taxNo.value.trim();
if(number===""||form.elements.type.value==="person"){show("");return}
asked+=1;var mine=asked;
fetch(setup.check+"&taxNo="+encodeURIComponent(number)+"&name="+encodeURIComponent(form.elements.name.value),{credentials:"same-origin",cache:"no-store"})
.then(function(answer){return answer.ok?answer.json():null}).then(function(result){
if(mine!==asked||!result)return;
show(result.ok?setup.fine+result.warnings.join(""):result.message);
if(!result.ok)result.suggestions.forEach(function(number){
var button=document.createElement("button");button.type="button";button.className="copy";button.textContent=number;
button.addEventListener("click",function(){use(number)});news.appendChild(document.createTextNode(" "));news.appendChild(button)})},function(){})}
form.elements.taxNo.addEventListener("input",function(){clearTimeout(timer);timer=setTimeout(check,400)});
form.elements.taxNo.addEventListener("change",check);
form.elements.type.addEventListener("change",check);
if(!setup.jsConfig||typeof wx==="undefined"||!wx.config||!wx.invoke)return;
var choose=document.getElementById("choose"),choosing=document.getElementById("choose-news");
wx.config({beta:true,debug:false,appId:setup.jsConfig.appId,timestamp:setup.jsConfig.timestamp,nonceStr:setup.jsConfig.nonceStr,
signature:setup.jsConfig.signature,jsApiList:["chooseInvoiceTitle"]});
wx.ready(function(){choose.hidden=false});
wx.error(function(){choose.hidden=true});
choose.addEventListener("click",function(){choosing.textContent=setup.choosing;
wx.invoke("chooseInvoiceTitle",{scene:"1"},function(result){
if(!result||result.err_msg!=="chooseInvoiceTitle:ok"){choosing.textContent=result&&/cancel/.test(result.err_msg||"")?"":setup.chooseFailed;return}
var info;try{info=JSON.parse(result.choose_invoice_title_info)}catch(error){choosing.textContent=setup.chooseFailed;return}
form.elements.type.value=String(info.type)==="1"?"person":"company";
[["name","title"],["taxNo","taxNumber"],["address","companyAddress"],["phone","telephone"],["bank","bankName"],["bankAccount","bankAccount"]]
.forEach(function(pair){form.elements[pair[0]].value=info[pair[1]]||""});
choosing.textContent=setup.chosen;check()})})})();
`;
