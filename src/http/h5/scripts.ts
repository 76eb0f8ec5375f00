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
