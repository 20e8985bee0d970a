/*!
The front end of tffsim (Apache License 2.0) contains these packages:

ISC
d3-color 3.1.1, d3-dispatch 3.0.2, d3-drag 3.0.1, d3-interpolate 3.0.2, d3-selection 3.0.1, d3-timer 3.0.2, d3-transition 3.0.2, d3-zoom 3.0.1
Copyright 2010-2026 Mike Bostock

Permission to use, copy, modify, and/or distribute this software for any purpose
with or without fee is hereby granted, provided that the above copyright notice
and this permission notice appear in all copies.

THE SOFTWARE IS PROVIDED "AS IS" AND THE AUTHOR DISCLAIMS ALL WARRANTIES WITH
REGARD TO THIS SOFTWARE INCLUDING ALL IMPLIED WARRANTIES OF MERCHANTABILITY AND
FITNESS. IN NO EVENT SHALL THE AUTHOR BE LIABLE FOR ANY SPECIAL, DIRECT,
INDIRECT, OR CONSEQUENTIAL DAMAGES OR ANY DAMAGES WHATSOEVER RESULTING FROM LOSS
OF USE, DATA OR PROFITS, WHETHER IN AN ACTION OF CONTRACT, NEGLIGENCE OR OTHER
TORTIOUS ACTION, ARISING OUT OF OR IN CONNECTION WITH THE USE OR PERFORMANCE OF
THIS SOFTWARE.

------------------------------------------------------------------------------

BSD-3-Clause
d3-ease 3.0.2
Copyright 2010-2026 Mike Bostock

Copyright 2001 Robert Penner
All rights reserved.

Redistribution and use in source and binary forms, with or without modification,
are permitted provided that the following conditions are met:

* Redistributions of source code must retain the above copyright notice, this
  list of conditions and the following disclaimer.

* Redistributions in binary form must reproduce the above copyright notice,
  this list of conditions and the following disclaimer in the documentation
  and/or other materials provided with the distribution.

* Neither the name of the author nor the names of contributors may be used to
  endorse or promote products derived from this software without specific prior
  written permission.

THIS SOFTWARE IS PROVIDED BY THE COPYRIGHT HOLDERS AND CONTRIBUTORS "AS IS" AND
ANY EXPRESS OR IMPLIED WARRANTIES, INCLUDING, BUT NOT LIMITED TO, THE IMPLIED
WARRANTIES OF MERCHANTABILITY AND FITNESS FOR A PARTICULAR PURPOSE ARE
DISCLAIMED. IN NO EVENT SHALL THE COPYRIGHT OWNER OR CONTRIBUTORS BE LIABLE FOR
ANY DIRECT, INDIRECT, INCIDENTAL, SPECIAL, EXEMPLARY, OR CONSEQUENTIAL DAMAGES
(INCLUDING, BUT NOT LIMITED TO, PROCUREMENT OF SUBSTITUTE GOODS OR SERVICES;
LOSS OF USE, DATA, OR PROFITS; OR BUSINESS INTERRUPTION) HOWEVER CAUSED AND ON
ANY THEORY OF LIABILITY, WHETHER IN CONTRACT, STRICT LIABILITY, OR TORT
(INCLUDING NEGLIGENCE OR OTHERWISE) ARISING IN ANY WAY OUT OF THE USE OF THIS
SOFTWARE, EVEN IF ADVISED OF THE POSSIBILITY OF SUCH DAMAGE.
*/
var te=["id","parent","invocation","layer","operation","outcome","client","node","thread","worker"],ee=["start","end","self","queue","work"],Et=["invoke","create_value","create_call","create_struct","create_selection","compute"],ct=["ok","error","cancelled","running"];function Ie(e){return e instanceof ArrayBuffer?e:e.buffer.slice(e.byteOffset,e.byteOffset+e.byteLength)}var ut=["waiting","done","slow","cancelled","running","failed"];var pt=class{constructor(t=-1){this.invocation=t}invocation;count=0;states=new Uint8Array(16);start=new Float64Array(16).fill(Number.NaN);end=new Float64Array(16);busy=new Float64Array(16);slowBeyond=Number.POSITIVE_INFINITY;reserve(t){if(t>this.states.length){let n=Math.max(t,this.states.length*2);this.states=ne(this.states,new Uint8Array(n)),this.start=ne(this.start,new Float64Array(n).fill(Number.NaN)),this.end=ne(this.end,new Float64Array(n)),this.busy=ne(this.busy,new Float64Array(n))}this.count=Math.max(this.count,t)}add(t){let{client:n}=t;this.touch(t),this.busy[n]+=t.busy,t.outcome===1?this.states[n]=5:t.outcome===2&&this.states[n]!==5&&(this.states[n]=3)}setRunning(t){for(let i=0;i<this.count;i++)this.states[i]===4&&(this.states[i]=1);for(let i of t)this.touch(i),this.states[i.client]!==5&&(this.states[i.client]=4);let n=this.count>=8?this.medianBusy():Number.POSITIVE_INFINITY;this.slowBeyond=Math.max(2*n,n+20)}stateOf(t){let n=this.states[t];return n===1&&this.busy[t]>this.slowBeyond?2:n}totals(){let t=ut.map(()=>0);for(let n=0;n<this.count;n++)t[this.stateOf(n)]+=1;return t}touch({client:t,start:n,end:i}){this.reserve(t+1),this.start[t]<=n||(this.start[t]=n),this.end[t]=Math.max(this.end[t],i),this.states[t]===0&&(this.states[t]=1)}medianBusy(){let t=this.busy.subarray(0,this.count).filter((n,i)=>this.states[i]===1);return t.length>0?t.sort()[t.length>>1]:Number.POSITIVE_INFINITY}};function ne(e,t){return t.set(e),t}var tt=class{calls=[];time=[];running=[];add(t,n){this.reserve(t),this.calls[t]+=1,this.time[t]+=n}addRunning(t){this.reserve(t),this.running[t]+=1}reserve(t){for(;this.calls.length<=t;)this.calls.push(0),this.time.push(0),this.running.push(0)}};var Re={span:-1,client:-1,layer:-1,node:-1,invocation:-1},It=class{constructor(t=()=>{}){this.ask=t}ask;title="";executors=[];nodes=[];invocations=[];threads=[];traffic=[];graph=null;errors={};words={};previews={};details=null;count=0;now=0;dropped=0;finished=!1;ints=kn(1024);floats=Nn(1024);open=[];clients=new pt;selection=Re;range=null;query="";heardAt=performance.now();isHeard=!1;version=0;asked=new Set;layerTotals=new tt;nodeTotals=new tt;part=null;listeners=new Set;subscribe(t){return this.listeners.add(t),()=>this.listeners.delete(t)}receive(t,n){t.kind==="details"?this.details=t:t.kind==="previews"?Object.assign(this.previews,t.previews):this.addBatch(t,n),this.heardAt=performance.now(),this.isHeard=!0,this.changed()}select(t){if(this.selection={...Re,...t},this.selection.span>=0){let{client:n,layer:i,node:r,invocation:s}=this.ints,o=this.selection.span;this.selection={span:o,client:n[o],layer:i[o],node:r[o],invocation:s[o]}}this.changed()}clearSelection(){this.selection=Re,this.brush(null)}brush(t){this.range=t,this.changed()}get layers(){return this.part?.layers??this.layerTotals}get asts(){return this.part?.nodes??this.nodeTotals}wasAtWork(t){return this.part===null||this.part.clients.has(t)}clientsOf(t){let n=new pt(t);n.reserve(this.invocations.find(r=>r.span===t)?.num_clients??0);let i=[];for(let r=0;r<this.count;r++)this.ints.invocation[r]!==t||this.ints.client[r]<0||this.ints.outcome[r]!==255&&(this.ints.outcome[r]===3?i.push(this.clientSpan(r)):n.add(this.clientSpan(r)));return n.setRunning(i),n}stepsOf(t,n,i){let{ints:r}=this,s=[],o=new Set;for(let l=this.count-1;l>n&&l>=0;l--)r.client[l]!==t||r.invocation[l]!==n||(o.add(r.parent[l]),r.outcome[l]!==255&&!o.has(l)&&s.push(l));return s.sort((l,c)=>this.ownTime(c)-this.ownTime(l)||l-c).slice(0,i).sort((l,c)=>this.floats.start[l]-this.floats.start[c])}askForPreviews(t){let i=t.filter(r=>!(r in this.previews)&&!this.asked.has(r)).filter(r=>this.ints.outcome[r]<3);if(i.length!==0){for(let r of i)this.asked.add(r);this.ask({kind:"previews",spans:i})}}nextMatch(t){for(let n=1;n<=this.count&&this.query!=="";n++){let i=(t+n+this.count)%this.count;if(this.ints.outcome[i]!==255&&this.matches(i))return i}return-1}search(t){this.query=t.trim().toLowerCase(),this.changed()}get extent(){return[0,Math.max(this.now,.001)]}matches(t){return this.query===""||this.label(t).toLowerCase().includes(this.query)}label(t){let n=this.ints.layer[t],i=this.ints.node[t],r=this.ints.client[t];return[n>=0?this.executors[n]?.name??"":this.invocationName(t),i>=0?this.nodes[i]?.label??"":"",r>=0?`client ${r}`:""].filter(Boolean).join(" \xB7 ")}get firstError(){return this.sources()[0]??-1}firstErrorOf(t,n){let{ints:i}=this;return this.sources().find(r=>i.client[r]===t&&i.invocation[r]===n)??-1}sources(){let t=Object.keys(this.errors).map(Number),n=new Set(t.map(i=>this.ints.parent[i]));return t.filter(i=>!n.has(i)).sort((i,r)=>i-r)}invocationName(t){return this.invocations.find(n=>n.span===t)?.name??"invocation"}changed(){this.version+=1,this.part=this.range===null?null:this.partWithin(this.range);for(let t of this.listeners)t()}partWithin([t,n]){let i={layers:new tt,nodes:new tt,clients:new Set},{layer:r,node:s,client:o,outcome:a}=this.ints;for(let l=0;l<this.count;l++)a[l]===255||this.floats.end[l]<t||this.floats.start[l]>n||(r[l]>=0&&i.layers.add(r[l],this.ownTime(l)),s[l]>=0&&i.nodes.add(s[l],this.ownTime(l)),o[l]>=0&&i.clients.add(o[l]));return i}ownTime(t){return this.floats.self[t]+this.floats.work[t]}clientSpan(t){let{client:n,outcome:i}=this.ints,{start:r,end:s}=this.floats;return{client:n[t],start:r[t],end:s[t],busy:this.ownTime(t),outcome:i[t]}}clear(){this.count=0,this.ints.outcome.fill(255),this.layerTotals=new tt,this.nodeTotals=new tt,this.clients=new pt}addBatch(t,n){t.reset&&this.clear(),this.now=t.now,this.dropped=t.dropped,this.finished=t.finished;let{invocations:i,invocations_from:r=0,...s}=t.description;Object.assign(this,s),i!==void 0&&this.invocations.splice(r,Number.POSITIVE_INFINITY,...i);for(let a of this.invocations)a.num_clients>0&&this.enterCall(a.span);this.reserveClients();let o=[];if(t.count>0){let a=new Int32Array(Ie(n[0])),l=new Float64Array(Ie(n[1])),c=t.count-t.running;for(let u=0;u<t.count;u++){let f=a[u];this.reserve(f+1);let p=this.ints.outcome[f]<3;this.copyRow(a,l,u,t.count,f),u>=c?o.push(f):p||this.addToTotals(f)}}this.setOpen(o)}copyRow(t,n,i,r,s){for(let o=0;o<te.length;o++)this.ints[te[o]][s]=t[o*r+i];for(let o=0;o<ee.length;o++)this.floats[ee[o]][s]=n[o*r+i]}reserve(t){if(t>this.ints.id.length){let n=Math.max(t,this.ints.id.length*2);this.ints=Cn(this.ints,kn(n)),this.floats=Cn(this.floats,Nn(n))}this.count=Math.max(this.count,t)}addToTotals(t){let{layer:n,node:i,client:r,invocation:s}=this.ints;n[t]>=0&&this.layerTotals.add(n[t],this.ownTime(t)),i[t]>=0&&this.nodeTotals.add(i[t],this.ownTime(t)),!(r[t]<0)&&(this.enterCall(s[t]),s[t]===this.clients.invocation&&this.clients.add(this.clientSpan(t)))}enterCall(t){t<=this.clients.invocation||(this.clients=new pt(t),this.reserveClients())}reserveClients(){let t=this.invocations.find(({span:n})=>n===this.clients.invocation);t!==void 0&&this.clients.reserve(t.num_clients)}setOpen(t){this.open=t,this.layerTotals.running.fill(0),this.nodeTotals.running.fill(0);let{layer:n,node:i,client:r,invocation:s}=this.ints;for(let a of t)this.ints.outcome[a]=3,n[a]>=0&&this.layerTotals.addRunning(n[a]),i[a]>=0&&this.nodeTotals.addRunning(i[a]),r[a]>=0&&this.enterCall(s[a]);let o=t.filter(a=>r[a]>=0&&s[a]===this.clients.invocation);this.clients.setRunning(o.map(a=>this.clientSpan(a)))}};function kn(e){let t=Object.fromEntries(te.map(n=>[n,new Int32Array(e).fill(-1)]));return t.outcome.fill(255),t}function Nn(e){return Object.fromEntries(ee.map(t=>[t,new Float64Array(e)]))}function Cn(e,t){for(let n of Object.keys(e))t[n].set(e[n]);return t}function M(e){return e>=1e3?`${St(e/1e3)} s`:e>=1?`${St(e)} ms`:e>=.001?`${St(e*1e3)} \xB5s`:`${Math.round(e*1e6)} ns`}function Ln(e){return e>=1e9?`${St(e/1e9)} GB`:e>=1e6?`${St(e/1e6)} MB`:e>=1e3?`${St(e/1e3)} kB`:`${e} B`}function k(e){return String(e).replace(/\B(?=(\d{3})+$)/g,"\u2009")}function St(e){return e>=99.95?e.toFixed(0):e>=9.995?e.toFixed(1):e.toFixed(2)}var dr=["#9aa5b1","#56b4e9","#0072b2","#8f9c2b","#cc79a7","#00805d"],mr=["#6b7784","#3f8fc4","#1f6ea8","#b9c255","#d992bb","#188a66"],gr=["#10161c","#10161c","#ffffff","#10161c","#10161c","#ffffff"],vr=["#e4e8ec","#56b4e9","#0072b2","#cc79a7","#f0a818","#d55e00"],br=["#2b343e","#3f8fc4","#9fd0f2","#d992bb","#f0b840","#ff7a45"],wr=["#566473","#10161c","#ffffff","#10161c","#10161c","#10161c"],yr=["#a7b3bf","#10161c","#10161c","#10161c","#10161c","#10161c"];function xr(){let e=document.body?.dataset.jpThemeLight;return e!==void 0?e==="false":document.body?.classList.contains("vscode-dark")||document.documentElement.getAttribute("theme")==="dark"?!0:window.matchMedia?.("(prefers-color-scheme: dark)").matches??!1}function $n(e,t){let n=()=>{e.classList.toggle("dark",xr()),t()};n();let i=new MutationObserver(n);i.observe(document.body,{attributes:!0,attributeFilter:["data-jp-theme-light","class"]}),i.observe(document.documentElement,{attributes:!0,attributeFilter:["theme"]});let r=window.matchMedia?.("(prefers-color-scheme: dark)");return r?.addEventListener("change",n),()=>{i.disconnect(),r?.removeEventListener("change",n)}}function On(e){let t=getComputedStyle(e),n=r=>t.getPropertyValue(`--tff-${r}`).trim(),i=e.classList.contains("dark");return{surface:n("surface"),raised:n("raised"),line:n("line"),ink:n("ink"),soft:n("soft"),accent:n("accent"),running:n("running"),operations:i?mr:dr,onOperations:gr,clients:i?br:vr,onClients:i?yr:wr}}var X=class{constructor(t,n,i){this.name=t;this.title=n;this.store=i;this.root.className="tff-panel",this.root.dataset.panel=t,this.root.setAttribute("aria-label",n)}name;title;store;root=document.createElement("section")};function m(e,t="",n=""){let i=document.createElement(e);return t&&(i.className=t),n&&(i.textContent=n),i}function B(e,t){e.textContent!==t&&(e.textContent=t)}function At(e,t){(!(t.length===e.childNodes.length)||t.some((i,r)=>!i.isEqualNode(e.childNodes[r])))&&e.replaceChildren(...t)}var mt=class{width=0;height=0;constructor(t,n){new ResizeObserver(()=>{this.width=t.clientWidth,this.height=t.clientHeight,n()}).observe(t)}};function R(e,t,n){let i=document.createElement("button");return i.type="button",i.textContent=e,i.title=t,i.addEventListener("click",n),i}function Rt(e,t,n=""){let i=m("span","tff-key",e),r=document.createElement("i");return r.style.background=t,i.title=n,i.prepend(r),i}var Mt=class extends X{frame=m("div","tff-canvas");canvas=document.createElement("canvas");tip=m("div","tff-tip");room=new mt(this.frame,()=>this.draw());constructor(t,n,i){super(t,n,i),this.tip.hidden=!0,this.canvas.tabIndex=0,this.canvas.setAttribute("role","img"),this.frame.append(this.canvas,this.tip),this.canvas.addEventListener("pointerleave",()=>{this.tip.hidden=!0})}get width(){return this.room.width}get height(){return this.room.height}draw(){if(this.width===0||this.height===0)return;let t=window.devicePixelRatio||1,[n,i]=[Math.round(this.width*t),Math.round(this.height*t)];(this.canvas.width!==n||this.canvas.height!==i)&&(this.canvas.width=n,this.canvas.height=i);let r=this.canvas.getContext("2d");r.setTransform(t,0,0,t,0,0),r.clearRect(0,0,this.width,this.height),this.paint(r,On(this.root.closest(".tffsim")??this.root)),this.root.dataset.summary=this.describe(),this.canvas.setAttribute("aria-label",this.describe())}paintText(t,n,i){t.fillStyle=n.soft,t.font="13px system-ui, sans-serif",t.textBaseline="top",t.fillText(i,2,10)}showTip(t,n){this.tip.textContent=n,this.tip.hidden=n==="";let i=this.frame.getBoundingClientRect(),[r,s]=[t.clientX-i.left,t.clientY-i.top],[o,a]=[r>i.width/2,s>i.height/2];this.tip.style.left=o?"":`${r+14}px`,this.tip.style.right=o?`${i.width-r+14}px`:"",this.tip.style.top=a?"":`${s+12}px`,this.tip.style.bottom=a?`${i.height-s+12}px`:""}};var _r=8,ie=class{constructor(t){this.store=t;this.root.className="tff-details",this.root.setAttribute("aria-live","polite")}store;root=document.createElement("dl");inspected=-1;shown="";draw(){let{span:t,client:n}=this.store.selection;this.root.hidden=t<0&&n<0,t!==this.inspected&&(this.inspected=t,t>=0&&this.store.ask({kind:"inspect",span:t}));let i=t>=0?this.ofSpan(t):n>=0?this.ofClient(n):[],r=JSON.stringify(i);r!==this.shown&&(this.shown=r,this.root.replaceChildren(...i.flatMap(s=>this.elements(s))))}ofSpan(t){let{store:n}=this,{ints:i,floats:r}=n,s=M(r.end[t]-r.start[t]),o=[{name:"span",text:`${t} \xB7 ${Et[i.operation[t]]} \xB7 ${ct[i.outcome[t]]??""}`},{name:"where",text:n.label(t)},{name:"time",text:`${s}, own ${M(n.ownTime(t))}, queued ${M(r.queue[t])}`}];return n.details?.span===t?o.push(...n.details.lines.map(([a,l])=>({name:a,text:l}))):n.previews[t]&&o.push({name:"value",text:n.previews[t]}),n.errors[t]&&o.push({name:"error",text:n.errors[t]}),o}ofClient(t){let{store:n}=this,{invocation:i}=n.selection,s=i<0||i===n.clients.invocation?n.clients:n.clientsOf(i);if(t>=s.count)return[{name:"client",text:`${t} \xB7 took no part in this call`}];let o=[{name:"client",text:`${t} \xB7 ${ut[s.stateOf(t)]}`}];if(Number.isNaN(s.start[t]))return o;let a=M(s.end[t]-s.start[t]);o.push({name:"time",text:`busy ${M(s.busy[t])} of ${a}`});let l=n.firstErrorOf(t,s.invocation);l>=0&&o.push({name:"error",text:n.errors[l],span:l});let c=n.stepsOf(t,s.invocation,_r);return n.askForPreviews(c),[...o,...c.map(u=>this.step(u))]}step(t){let{ints:n,nodes:i,previews:r}=this.store,o=(i[n.node[t]]?.label??"").replace("call ","")||Et[n.operation[t]],l=ct[n.outcome[t]]==="running"?"running":r[t]??ct[n.outcome[t]];return{name:o,text:`${M(this.store.ownTime(t))} \xB7 ${l}`,span:t}}elements({name:t,text:n,span:i}){let r=m("dd","",i===void 0?n:"");return i!==void 0&&r.append(R(n,`Span ${k(i)}`,()=>this.store.select({span:i}))),[m("dt","",t),r]}};var In=1e3,re=class extends X{list=m("div","tff-scroll");empty=m("div","tff-empty");elements=new Map;rows=[];constructor(t,n,i,r){super(t,n,r);let s=m("div","tff-row header");for(let o of[i,"calls","own time",""])s.append(m("span",o===i?"name":"number",o));s.setAttribute("aria-hidden","true"),this.list.setAttribute("role","listbox"),this.list.setAttribute("aria-label",n),this.list.addEventListener("keydown",o=>this.move(o)),this.root.append(s,this.list,this.empty)}draw(){let t=this.makeRows();this.rows=t.length>In?t.filter(o=>o.calls||o.running||o.selected):t,this.rows.length=Math.min(this.rows.length,In);let n=t.length-this.rows.length;this.empty.textContent=n>0?`${k(n)} rows without calls are left out.`:this.emptyText,this.empty.hidden=this.rows.length>0&&n===0;let i=Math.max(...this.rows.map(o=>o.time),1e-9),r=new Map;this.rows.forEach((o,a)=>{let l=this.elements.get(o.id)??new ze(c=>this.store.select(c));l.show(o,i),this.list.children[a]!==l.root&&this.list.insertBefore(l.root,this.list.children[a]),r.set(o.id,l)});for(let[o,a]of this.elements)r.has(o)||a.root.remove();this.elements=r;let s=this.rows.find(o=>o.selected)??this.rows[0];for(let o of this.rows)r.get(o.id).root.tabIndex=o===s?0:-1;this.root.dataset.summary=this.describe()}move(t){let n={ArrowDown:1,ArrowUp:-1,Home:-this.rows.length,End:this.rows.length}[t.key];if(n===void 0||this.rows.length===0)return;t.preventDefault();let i=this.rows.findIndex(s=>s.selected),r=this.rows[Math.min(Math.max(i+n,0),this.rows.length-1)];this.store.select(r.select),this.elements.get(r.id)?.root.focus()}},ze=class{root=m("div","tff-row");name=m("span","name");label=m("span");detail=m("span","soft");calls=m("span","number");time=m("span","number");fill=m("div","fill");selection={};constructor(t){let n=m("div","track");n.append(this.fill),this.name.append(this.label,this.detail),this.root.append(this.name,this.calls,this.time,n),this.root.setAttribute("role","option"),this.root.addEventListener("click",()=>t(this.selection))}show(t,n){this.selection=t.select,this.name.style.paddingLeft=`${t.depth*12}px`,B(this.label,t.name),B(this.detail,t.detail?`  ${t.detail}`:""),B(this.calls,t.calls?k(t.calls):""),B(this.time,t.calls?M(t.time):""),this.fill.parentElement.hidden=t.calls===0,this.fill.style.width=`${100*t.time/n}%`,this.name.dataset.running=t.running?`${t.running} running`:"",this.root.title=t.tip,this.root.dataset.row=t.id,this.root.dataset.calls=String(t.calls),this.root.classList.toggle("lit",t.running>0),this.root.classList.toggle("selected",t.selected),this.root.classList.toggle("dim",t.dim),this.root.setAttribute("aria-selected",String(t.selected))}};var se=class extends re{emptyText="No computation has been called yet.";constructor(t){super("ast","AST","AST node",t)}describe(){let t=this.rows.filter(n=>n.running>0).map(n=>n.name);return`${this.rows.length} nodes${t.length?`, executing ${t.join(", ")}`:""}`}makeRows(){let{nodes:t,asts:n,selection:i,query:r}=this.store,s=[];return t.map((o,a)=>(s[a]=o.parent>=0?s[o.parent]+1:0,{id:String(a),depth:s[a],name:o.label,detail:[o.edge,o.type].filter(Boolean).join(": "),tip:`${o.kind} ${o.label}
${o.type}`,calls:n.calls[a]??0,time:n.time[a]??0,running:n.running[a]??0,selected:i.node===a,dim:r!==""&&!`${o.label} ${o.type}`.toLowerCase().includes(r),select:{node:a}}))}};var Tr=84,zn=6,Er=2500,Sr=100,De="latest",oe=class extends Mt{legend=m("div","tff-controls");key=m("span","tff-keys");calls=document.createElement("select");callsLabel=m("label","","call ");shown;past={version:"",clients:this.store.clients};listed=0;columns=1;size=10;gap=2;perTile=1;constructor(t){super("clients","Clients",t),this.shown=t.clients,this.callsLabel.append(this.calls),this.callsLabel.hidden=!0,this.legend.append(this.callsLabel,this.key),this.root.append(this.legend,this.frame),this.calls.addEventListener("change",()=>this.draw()),this.canvas.addEventListener("pointermove",n=>this.showTip(n,this.tipOf(this.tileAt(n)))),this.canvas.addEventListener("click",n=>this.select(this.tileAt(n)*this.perTile)),this.canvas.addEventListener("keydown",n=>this.move(n))}describe(){let t=this.shown.totals().map((n,i)=>n>0?`${n} ${ut[i]}`:"").filter(Boolean);return`${this.shown.count} clients: ${t.join(", ")}`}draw(){this.listCalls(),this.shown=this.chosenClients(),super.draw()}paint(t,n){if(this.paintLegend(n),this.shown.count===0){this.paintText(t,n,"No client has done anything yet.");return}this.arrange();let i=Math.max(...this.shown.busy.subarray(0,this.shown.count),1e-9),r=Math.ceil(this.shown.count/this.perTile);for(let o=0;o<r;o++)this.perTile>1?this.paintShares(t,n,o):this.paintTile(t,n,o,i);t.globalAlpha=1;let{client:s}=this.store.selection;if(s>=0&&s<this.shown.count){let[o,a]=this.place(Math.floor(s/this.perTile));t.strokeStyle=n.ink,t.lineWidth=2,t.strokeRect(o+1,a+1,this.size-2,this.size-2)}}arrange(){for([this.columns,this.size]=[1,zn],this.perTile=Math.ceil(this.shown.count/Er);this.perTile<=this.shown.count;this.perTile++){let t=Math.ceil(this.shown.count/this.perTile);for(let n=Tr;n>=zn;n--){this.gap=n>24?4:n>8?2:1;let i=Math.max(1,Math.floor((this.width+this.gap)/(n+this.gap)));if(Math.ceil(t/i)*(n+this.gap)-this.gap<=this.height){this.columns=i,this.size=n;return}}}}paintTile(t,n,i,r){let[s,o]=this.place(i),a=this.shown.stateOf(i),l=this.shown.busy[i]/r,c=this.isDim(i);if(t.globalAlpha=c?.25:1,t.fillStyle=n.clients[a],t.beginPath(),t.roundRect(s,o,this.size,this.size,Math.min(5,this.size/5)),t.fill(),this.size>=12&&a!==0){t.fillStyle=n.onClients[a],t.globalAlpha=c?.1:.45;let u=this.size/8;t.fillRect(s+u,o+this.size-u-2,(this.size-2*u)*l,2.5)}this.size<24||(t.globalAlpha=c?.5:1,t.fillStyle=n.onClients[a],t.textBaseline="top",t.font=`600 ${this.size>44?15:11}px system-ui, sans-serif`,t.fillText(String(i),s+6,o+6,this.size-8),this.size>50&&a!==0&&(t.font="11px system-ui, sans-serif",t.fillText(M(this.shown.busy[i]),s+6,o+28,this.size-8)))}paintShares(t,n,i){let[r,s]=this.place(i),o=ut.map(()=>0),a=i*this.perTile,l=Math.min(a+this.perTile,this.shown.count),c=!1;for(let f=a;f<l;f++)o[this.shown.stateOf(f)]+=1,c||=!this.isDim(f);t.globalAlpha=c?1:.25;let u=s;for(let f=o.length-1;f>=0;f--){let p=this.size*o[f]/(l-a);t.fillStyle=n.clients[f],t.fillRect(r,u,this.size,p),u+=p}}isDim(t){let{query:n}=this.store;return!this.store.wasAtWork(t)||n!==""&&!`client ${t}`.includes(n)}paintLegend(t){let{words:n}=this.store,i=s=>ut[s],r=this.shown.totals().flatMap((s,o)=>s>0?[Rt(`${k(s)} ${i(o)}`,t.clients[o],n[i(o)])]:[]);this.perTile>1&&this.shown.count>0&&r.push(m("span","",`a tile is ${this.perTile} clients`)),At(this.key,r)}listCalls(){let{invocations:t}=this.store;if(t.length===this.listed)return;this.listed=t.length;let n=t.map((s,o)=>({call:s,k:o})).filter(({call:s})=>s.num_clients>0);this.callsLabel.hidden=n.length<2;let i=this.calls.value||De,r=n.slice(-Sr).map(({call:s,k:o})=>new Option(`${o+1}: ${s.name}`,String(s.span)));this.calls.replaceChildren(new Option("the latest",De),...r),this.calls.value=i}chosenClients(){if(this.calls.value===""||this.calls.value===De)return this.store.clients;let t=`${this.calls.value} ${this.store.count} ${this.store.finished}`;return t!==this.past.version&&(this.past={version:t,clients:this.store.clientsOf(Number(this.calls.value))}),this.past.clients}place(t){let n=this.size+this.gap;return[t%this.columns*n,Math.floor(t/this.columns)*n]}tileAt(t){let n=this.canvas.getBoundingClientRect(),i=this.size+this.gap,r=Math.floor((t.clientX-n.left)/i),s=Math.floor((t.clientY-n.top)/i)*this.columns+r;return r<this.columns&&s>=0&&s*this.perTile<this.shown.count?s:-1}tipOf(t){if(t<0)return"";let n=t*this.perTile,{busy:i,start:r,end:s,count:o}=this.shown;if(this.perTile>1)return`clients ${n} to ${Math.min(n+this.perTile,o)-1}`;let a=ut[this.shown.stateOf(n)],l=Number.isNaN(r[n])?"":`, busy ${M(i[n])} of ${M(s[n]-r[n])}`;return`client ${n}: ${a}${l}`}select(t){let{invocation:n}=this.shown;t>=0&&t<this.shown.count&&this.store.select({client:t,invocation:n})}move(t){let n={ArrowRight:1,ArrowLeft:-1,ArrowDown:this.columns,ArrowUp:-this.columns}[t.key];if(n===void 0)return;t.preventDefault();let i=this.store.selection.client;this.select(i<0?0:i+n*this.perTile)}};var Pe="http://www.w3.org/1999/xhtml",Dn={svg:"http://www.w3.org/2000/svg",xhtml:Pe,xlink:"http://www.w3.org/1999/xlink",xml:"http://www.w3.org/XML/1998/namespace",xmlns:"http://www.w3.org/2000/xmlns/"};function zt(e){var t=e+="",n=t.indexOf(":");return n>=0&&(t=e.slice(0,n))!=="xmlns"&&(e=e.slice(n+1)),Dn.hasOwnProperty(t)?{space:Dn[t],local:e}:e}function Mr(e){return function(){var t=this.ownerDocument,n=this.namespaceURI;return n===Pe&&t.documentElement.namespaceURI===Pe?t.createElement(e):t.createElementNS(n,e)}}function Ar(e){return function(){return this.ownerDocument.createElementNS(e.space,e.local)}}function Pn(e){var t=zt(e);return(t.local?Ar:Mr)(t)}function kr(){}function le(e){return e==null?kr:function(){return this.querySelector(e)}}function Nr(e){typeof e!="function"&&(e=le(e));for(var t=this._groups,n=t.length,i=new Array(n),r=0;r<n;++r)for(var s=t[r],o=s.length,a=i[r]=new Array(o),l,c,u=0;u<o;++u)(l=s[u])&&(c=e.call(l,l.__data__,u,s))&&("__data__"in l&&(c.__data__=l.__data__),a[u]=c);return new D(i,this._parents)}function Cr(e){return e==null?[]:Array.isArray(e)?e:Array.from(e)}function Lr(){return[]}function Ge(e){return e==null?Lr:function(){return this.querySelectorAll(e)}}function $r(e){return function(){return Cr(e.apply(this,arguments))}}function Or(e){typeof e=="function"?e=$r(e):e=Ge(e);for(var t=this._groups,n=t.length,i=[],r=[],s=0;s<n;++s)for(var o=t[s],a=o.length,l,c=0;c<a;++c)(l=o[c])&&(i.push(e.call(l,l.__data__,c,o)),r.push(l));return new D(i,r)}function He(e){return function(){return this.matches(e)}}function Bn(e){return function(t){return t.matches(e)}}var Ir=Array.prototype.find;function Rr(e){return function(){return Ir.call(this.children,e)}}function zr(){return this.firstElementChild}function Dr(e){return this.select(e==null?zr:Rr(typeof e=="function"?e:Bn(e)))}var Pr=Array.prototype.filter;function Br(){return Array.from(this.children)}function Gr(e){return function(){return Pr.call(this.children,e)}}function Hr(e){return this.selectAll(e==null?Br:Gr(typeof e=="function"?e:Bn(e)))}function qr(e){typeof e!="function"&&(e=He(e));for(var t=this._groups,n=t.length,i=new Array(n),r=0;r<n;++r)for(var s=t[r],o=s.length,a=i[r]=[],l,c=0;c<o;++c)(l=s[c])&&e.call(l,l.__data__,c,s)&&a.push(l);return new D(i,this._parents)}function Gn(e){return new Array(e.length)}function Fr(){return new D(this._enter||this._groups.map(Gn),this._parents)}function ae(e,t){this.ownerDocument=e.ownerDocument,this.namespaceURI=e.namespaceURI,this._next=null,this._parent=e,this.__data__=t}ae.prototype={constructor:ae,appendChild:function(e){return this._parent.insertBefore(e,this._next)},insertBefore:function(e,t){return this._parent.insertBefore(e,t)},querySelector:function(e){return this._parent.querySelector(e)},querySelectorAll:function(e){return this._parent.querySelectorAll(e)}};function Xr(e){return function(){return e}}function Ur(e,t,n,i,r,s){for(var o=0,a,l=t.length,c=s.length;o<c;++o)(a=t[o])?(a.__data__=s[o],i[o]=a):n[o]=new ae(e,s[o]);for(;o<l;++o)(a=t[o])&&(r[o]=a)}function Vr(e,t,n,i,r,s,o){var a,l,c=new Map,u=t.length,f=s.length,p=new Array(u),g;for(a=0;a<u;++a)(l=t[a])&&(p[a]=g=o.call(l,l.__data__,a,t)+"",c.has(g)?r[a]=l:c.set(g,l));for(a=0;a<f;++a)g=o.call(e,s[a],a,s)+"",(l=c.get(g))?(i[a]=l,l.__data__=s[a],c.delete(g)):n[a]=new ae(e,s[a]);for(a=0;a<u;++a)(l=t[a])&&c.get(p[a])===l&&(r[a]=l)}function Yr(e){return e.__data__}function Wr(e,t){if(!arguments.length)return Array.from(this,Yr);var n=t?Vr:Ur,i=this._parents,r=this._groups;typeof e!="function"&&(e=Xr(e));for(var s=r.length,o=new Array(s),a=new Array(s),l=new Array(s),c=0;c<s;++c){var u=i[c],f=r[c],p=f.length,g=Kr(e.call(u,u&&u.__data__,c,i)),x=g.length,E=a[c]=new Array(x),N=o[c]=new Array(x),w=l[c]=new Array(p);n(u,f,E,N,w,g,t);for(var O=0,I=0,Y,G;O<x;++O)if(Y=E[O]){for(O>=I&&(I=O+1);!(G=N[I])&&++I<x;);Y._next=G||null}}return o=new D(o,i),o._enter=a,o._exit=l,o}function Kr(e){return typeof e=="object"&&"length"in e?e:Array.from(e)}function Zr(){return new D(this._exit||this._groups.map(Gn),this._parents)}function Jr(e,t,n){var i=this.enter(),r=this,s=this.exit();return typeof e=="function"?(i=e(i),i&&(i=i.selection())):i=i.append(e+""),t!=null&&(r=t(r),r&&(r=r.selection())),n==null?s.remove():n(s),i&&r?i.merge(r).order():r}function Qr(e){for(var t=e.selection?e.selection():e,n=this._groups,i=t._groups,r=n.length,s=i.length,o=Math.min(r,s),a=new Array(r),l=0;l<o;++l)for(var c=n[l],u=i[l],f=c.length,p=a[l]=new Array(f),g,x=0;x<f;++x)(g=c[x]||u[x])&&(p[x]=g);for(;l<r;++l)a[l]=n[l];return new D(a,this._parents)}function jr(){for(var e=this._groups,t=-1,n=e.length;++t<n;)for(var i=e[t],r=i.length-1,s=i[r],o;--r>=0;)(o=i[r])&&(s&&o.compareDocumentPosition(s)^4&&s.parentNode.insertBefore(o,s),s=o);return this}function ts(e){e||(e=es);function t(f,p){return f&&p?e(f.__data__,p.__data__):!f-!p}for(var n=this._groups,i=n.length,r=new Array(i),s=0;s<i;++s){for(var o=n[s],a=o.length,l=r[s]=new Array(a),c,u=0;u<a;++u)(c=o[u])&&(l[u]=c);l.sort(t)}return new D(r,this._parents).order()}function es(e,t){return e<t?-1:e>t?1:e>=t?0:NaN}function ns(){var e=arguments[0];return arguments[0]=this,e.apply(null,arguments),this}function is(){return Array.from(this)}function rs(){for(var e=this._groups,t=0,n=e.length;t<n;++t)for(var i=e[t],r=0,s=i.length;r<s;++r){var o=i[r];if(o)return o}return null}function ss(){let e=0;for(let t of this)++e;return e}function os(){return!this.node()}function as(e){for(var t=this._groups,n=0,i=t.length;n<i;++n)for(var r=t[n],s=0,o=r.length,a;s<o;++s)(a=r[s])&&e.call(a,a.__data__,s,r);return this}function ls(e){return function(){this.removeAttribute(e)}}function cs(e){return function(){this.removeAttributeNS(e.space,e.local)}}function us(e,t){return function(){this.setAttribute(e,t)}}function hs(e,t){return function(){this.setAttributeNS(e.space,e.local,t)}}function fs(e,t){return function(){var n=t.apply(this,arguments);n==null?this.removeAttribute(e):this.setAttribute(e,n)}}function ps(e,t){return function(){var n=t.apply(this,arguments);n==null?this.removeAttributeNS(e.space,e.local):this.setAttributeNS(e.space,e.local,n)}}function ds(e,t){var n=zt(e);if(arguments.length<2){var i=this.node();return n.local?i.getAttributeNS(n.space,n.local):i.getAttribute(n)}return this.each((t==null?n.local?cs:ls:typeof t=="function"?n.local?ps:fs:n.local?hs:us)(n,t))}function Hn(e){return e.ownerDocument&&e.ownerDocument.defaultView||e.document&&e||e.defaultView}function ms(e){return function(){this.style.removeProperty(e)}}function gs(e,t,n){return function(){this.style.setProperty(e,t,n)}}function vs(e,t,n){return function(){var i=t.apply(this,arguments);i==null?this.style.removeProperty(e):this.style.setProperty(e,i,n)}}function bs(e,t,n){return arguments.length>1?this.each((t==null?ms:typeof t=="function"?vs:gs)(e,t,n??"")):gt(this.node(),e)}function gt(e,t){return e.style.getPropertyValue(t)||Hn(e).getComputedStyle(e,null).getPropertyValue(t)}function ws(e){return function(){delete this[e]}}function ys(e,t){return function(){this[e]=t}}function xs(e,t){return function(){var n=t.apply(this,arguments);n==null?delete this[e]:this[e]=n}}function _s(e,t){return arguments.length>1?this.each((t==null?ws:typeof t=="function"?xs:ys)(e,t)):this.node()[e]}function qn(e){return e.trim().split(/^|\s+/)}function qe(e){return e.classList||new Fn(e)}function Fn(e){this._node=e,this._names=qn(e.getAttribute("class")||"")}Fn.prototype={add:function(e){var t=this._names.indexOf(e);t<0&&(this._names.push(e),this._node.setAttribute("class",this._names.join(" ")))},remove:function(e){var t=this._names.indexOf(e);t>=0&&(this._names.splice(t,1),this._node.setAttribute("class",this._names.join(" ")))},contains:function(e){return this._names.indexOf(e)>=0}};function Xn(e,t){for(var n=qe(e),i=-1,r=t.length;++i<r;)n.add(t[i])}function Un(e,t){for(var n=qe(e),i=-1,r=t.length;++i<r;)n.remove(t[i])}function Ts(e){return function(){Xn(this,e)}}function Es(e){return function(){Un(this,e)}}function Ss(e,t){return function(){(t.apply(this,arguments)?Xn:Un)(this,e)}}function Ms(e,t){var n=qn(e+"");if(arguments.length<2){for(var i=qe(this.node()),r=-1,s=n.length;++r<s;)if(!i.contains(n[r]))return!1;return!0}return this.each((typeof t=="function"?Ss:t?Ts:Es)(n,t))}function As(){this.textContent=""}function ks(e){return function(){this.textContent=e}}function Ns(e){return function(){var t=e.apply(this,arguments);this.textContent=t??""}}function Cs(e){return arguments.length?this.each(e==null?As:(typeof e=="function"?Ns:ks)(e)):this.node().textContent}function Ls(){this.innerHTML=""}function $s(e){return function(){this.innerHTML=e}}function Os(e){return function(){var t=e.apply(this,arguments);this.innerHTML=t??""}}function Is(e){return arguments.length?this.each(e==null?Ls:(typeof e=="function"?Os:$s)(e)):this.node().innerHTML}function Rs(){this.nextSibling&&this.parentNode.appendChild(this)}function zs(){return this.each(Rs)}function Ds(){this.previousSibling&&this.parentNode.insertBefore(this,this.parentNode.firstChild)}function Ps(){return this.each(Ds)}function Bs(e){var t=typeof e=="function"?e:Pn(e);return this.select(function(){return this.appendChild(t.apply(this,arguments))})}function Gs(){return null}function Hs(e,t){var n=typeof e=="function"?e:Pn(e),i=t==null?Gs:typeof t=="function"?t:le(t);return this.select(function(){return this.insertBefore(n.apply(this,arguments),i.apply(this,arguments)||null)})}function qs(){var e=this.parentNode;e&&e.removeChild(this)}function Fs(){return this.each(qs)}function Xs(){var e=this.cloneNode(!1),t=this.parentNode;return t?t.insertBefore(e,this.nextSibling):e}function Us(){var e=this.cloneNode(!0),t=this.parentNode;return t?t.insertBefore(e,this.nextSibling):e}function Vs(e){return this.select(e?Us:Xs)}function Ys(e){return arguments.length?this.property("__data__",e):this.node().__data__}function Ws(e){return function(t){e.call(this,t,this.__data__)}}function Ks(e){return e.trim().split(/^|\s+/).map(function(t){var n="",i=t.indexOf(".");return i>=0&&(n=t.slice(i+1),t=t.slice(0,i)),{type:t,name:n}})}function Zs(e){return function(){var t=this.__on;if(t){for(var n=0,i=-1,r=t.length,s;n<r;++n)s=t[n],(!e.type||s.type===e.type)&&s.name===e.name?this.removeEventListener(s.type,s.listener,s.options):t[++i]=s;++i?t.length=i:delete this.__on}}}function Js(e,t,n){return function(){var i=this.__on,r,s=Ws(t);if(i){for(var o=0,a=i.length;o<a;++o)if((r=i[o]).type===e.type&&r.name===e.name){this.removeEventListener(r.type,r.listener,r.options),this.addEventListener(r.type,r.listener=s,r.options=n),r.value=t;return}}this.addEventListener(e.type,s,n),r={type:e.type,name:e.name,value:t,listener:s,options:n},i?i.push(r):this.__on=[r]}}function Qs(e,t,n){var i=Ks(e+""),r,s=i.length,o;if(arguments.length<2){var a=this.node().__on;if(a){for(var l=0,c=a.length,u;l<c;++l)for(r=0,u=a[l];r<s;++r)if((o=i[r]).type===u.type&&o.name===u.name)return u.value}return}for(a=t?Js:Zs,r=0;r<s;++r)this.each(a(i[r],t,n));return this}function Vn(e,t,n){var i=Hn(e),r=i.CustomEvent;typeof r=="function"?r=new r(t,n):(r=i.document.createEvent("Event"),n?(r.initEvent(t,n.bubbles,n.cancelable),r.detail=n.detail):r.initEvent(t,!1,!1)),e.dispatchEvent(r)}function js(e,t){return function(){return Vn(this,e,t)}}function to(e,t){return function(){return Vn(this,e,t.apply(this,arguments))}}function eo(e,t){return this.each((typeof t=="function"?to:js)(e,t))}function*no(){for(var e=this._groups,t=0,n=e.length;t<n;++t)for(var i=e[t],r=0,s=i.length,o;r<s;++r)(o=i[r])&&(yield o)}var Yn=[null];function D(e,t){this._groups=e,this._parents=t}function vt(){return new D([[document.documentElement]],Yn)}function io(){return this}D.prototype=vt.prototype={constructor:D,select:Nr,selectAll:Or,selectChild:Dr,selectChildren:Hr,filter:qr,data:Wr,enter:Fr,exit:Zr,join:Jr,merge:Qr,selection:io,order:jr,sort:ts,call:ns,nodes:is,node:rs,size:ss,empty:os,each:as,attr:ds,style:bs,property:_s,classed:Ms,text:Cs,html:Is,raise:zs,lower:Ps,append:Bs,insert:Hs,remove:Fs,clone:Vs,datum:Ys,on:Qs,dispatch:eo,[Symbol.iterator]:no};function P(e){return typeof e=="string"?new D([[document.querySelector(e)]],[document.documentElement]):new D([[e]],Yn)}var ro=0;function so(){return new Be}function Be(){this._="@"+(++ro).toString(36)}Be.prototype=so.prototype={constructor:Be,get:function(e){for(var t=this._;!(t in e);)if(!(e=e.parentNode))return;return e[t]},set:function(e,t){return e[this._]=t},remove:function(e){return this._ in e&&delete e[this._]},toString:function(){return this._}};function oo(e){let t;for(;t=e.sourceEvent;)e=t;return e}function nt(e,t){if(e=oo(e),t===void 0&&(t=e.currentTarget),t){var n=t.ownerSVGElement||t;if(n.createSVGPoint){var i=n.createSVGPoint();return i.x=e.clientX,i.y=e.clientY,i=i.matrixTransform(t.getScreenCTM().inverse()),[i.x,i.y]}if(t.getBoundingClientRect){var r=t.getBoundingClientRect();return[e.clientX-r.left-t.clientLeft,e.clientY-r.top-t.clientTop]}}return[e.pageX,e.pageY]}var ao={value:()=>{}};function Dt(){for(var e=0,t=arguments.length,n={},i;e<t;++e){if(!(i=arguments[e]+"")||i in n||/[\s.]/.test(i))throw new Error("illegal type: "+i);n[i]=[]}return new ce(n)}function ce(e){this._=e}function lo(e,t){return e.trim().split(/^|\s+/).map(function(n){var i="",r=n.indexOf(".");if(r>=0&&(i=n.slice(r+1),n=n.slice(0,r)),n&&!t.hasOwnProperty(n))throw new Error("unknown type: "+n);return{type:n,name:i}})}ce.prototype=Dt.prototype={constructor:ce,on:function(e,t){var n=this._,i=lo(e+"",n),r,s=-1,o=i.length;if(arguments.length<2){for(;++s<o;)if((r=(e=i[s]).type)&&(r=co(n[r],e.name)))return r;return}if(t!=null&&typeof t!="function")throw new Error("invalid callback: "+t);for(;++s<o;)if(r=(e=i[s]).type)n[r]=Wn(n[r],e.name,t);else if(t==null)for(r in n)n[r]=Wn(n[r],e.name,null);return this},copy:function(){var e={},t=this._;for(var n in t)e[n]=t[n].slice();return new ce(e)},call:function(e,t){if((r=arguments.length-2)>0)for(var n=new Array(r),i=0,r,s;i<r;++i)n[i]=arguments[i+2];if(!this._.hasOwnProperty(e))throw new Error("unknown type: "+e);for(s=this._[e],i=0,r=s.length;i<r;++i)s[i].value.apply(t,n)},apply:function(e,t,n){if(!this._.hasOwnProperty(e))throw new Error("unknown type: "+e);for(var i=this._[e],r=0,s=i.length;r<s;++r)i[r].value.apply(t,n)}};function co(e,t){for(var n=0,i=e.length,r;n<i;++n)if((r=e[n]).name===t)return r.value}function Wn(e,t,n){for(var i=0,r=e.length;i<r;++i)if(e[i].name===t){e[i]=ao,e=e.slice(0,i).concat(e.slice(i+1));break}return n!=null&&e.push({name:t,value:n}),e}var Fe={capture:!0,passive:!1};function Xe(e){e.preventDefault(),e.stopImmediatePropagation()}function Kn(e){var t=e.document.documentElement,n=P(e).on("dragstart.drag",Xe,Fe);"onselectstart"in t?n.on("selectstart.drag",Xe,Fe):(t.__noselect=t.style.MozUserSelect,t.style.MozUserSelect="none")}function Zn(e,t){var n=e.document.documentElement,i=P(e).on("dragstart.drag",null);t&&(i.on("click.drag",Xe,Fe),setTimeout(function(){i.on("click.drag",null)},0)),"onselectstart"in n?i.on("selectstart.drag",null):(n.style.MozUserSelect=n.__noselect,delete n.__noselect)}function uo(e,{sourceEvent:t,subject:n,target:i,identifier:r,active:s,x:o,y:a,dx:l,dy:c,dispatch:u}){Object.defineProperties(this,{type:{value:e,enumerable:!0,configurable:!0},sourceEvent:{value:t,enumerable:!0,configurable:!0},subject:{value:n,enumerable:!0,configurable:!0},target:{value:i,enumerable:!0,configurable:!0},identifier:{value:r,enumerable:!0,configurable:!0},active:{value:s,enumerable:!0,configurable:!0},x:{value:o,enumerable:!0,configurable:!0},y:{value:a,enumerable:!0,configurable:!0},dx:{value:l,enumerable:!0,configurable:!0},dy:{value:c,enumerable:!0,configurable:!0},_:{value:u}})}uo.prototype.on=function(){var e=this._.on.apply(this._,arguments);return e===this._?this:e};function Lt(e,t,n){e.prototype=t.prototype=n,n.constructor=e}function Gt(e,t){var n=Object.create(e.prototype);for(var i in t)n[i]=t[i];return n}function ht(){}var xt=.7,Ct=1/xt,kt="\\s*([+-]?\\d+)\\s*",Pt="\\s*([+-]?(?:\\d*\\.)?\\d+(?:[eE][+-]?\\d+)?)\\s*",K="\\s*([+-]?(?:\\d*\\.)?\\d+(?:[eE][+-]?\\d+)?)%\\s*",ho=/^#([0-9a-f]{3,8})$/,fo=new RegExp(`^rgb\\(${kt},${kt},${kt}\\)$`),po=new RegExp(`^rgb\\(${K},${K},${K}\\)$`),mo=new RegExp(`^rgba\\(${kt},${kt},${kt},${Pt}\\)$`),go=new RegExp(`^rgba\\(${K},${K},${K},${Pt}\\)$`),vo=new RegExp(`^hsl\\(${Pt},${K},${K}\\)$`),bo=new RegExp(`^hsla\\(${Pt},${K},${K},${Pt}\\)$`),Jn={aliceblue:15792383,antiquewhite:16444375,aqua:65535,aquamarine:8388564,azure:15794175,beige:16119260,bisque:16770244,black:0,blanchedalmond:16772045,blue:255,blueviolet:9055202,brown:10824234,burlywood:14596231,cadetblue:6266528,chartreuse:8388352,chocolate:13789470,coral:16744272,cornflowerblue:6591981,cornsilk:16775388,crimson:14423100,cyan:65535,darkblue:139,darkcyan:35723,darkgoldenrod:12092939,darkgray:11119017,darkgreen:25600,darkgrey:11119017,darkkhaki:12433259,darkmagenta:9109643,darkolivegreen:5597999,darkorange:16747520,darkorchid:10040012,darkred:9109504,darksalmon:15308410,darkseagreen:9419919,darkslateblue:4734347,darkslategray:3100495,darkslategrey:3100495,darkturquoise:52945,darkviolet:9699539,deeppink:16716947,deepskyblue:49151,dimgray:6908265,dimgrey:6908265,dodgerblue:2003199,firebrick:11674146,floralwhite:16775920,forestgreen:2263842,fuchsia:16711935,gainsboro:14474460,ghostwhite:16316671,gold:16766720,goldenrod:14329120,gray:8421504,green:32768,greenyellow:11403055,grey:8421504,honeydew:15794160,hotpink:16738740,indianred:13458524,indigo:4915330,ivory:16777200,khaki:15787660,lavender:15132410,lavenderblush:16773365,lawngreen:8190976,lemonchiffon:16775885,lightblue:11393254,lightcoral:15761536,lightcyan:14745599,lightgoldenrodyellow:16448210,lightgray:13882323,lightgreen:9498256,lightgrey:13882323,lightpink:16758465,lightsalmon:16752762,lightseagreen:2142890,lightskyblue:8900346,lightslategray:7833753,lightslategrey:7833753,lightsteelblue:11584734,lightyellow:16777184,lime:65280,limegreen:3329330,linen:16445670,magenta:16711935,maroon:8388608,mediumaquamarine:6737322,mediumblue:205,mediumorchid:12211667,mediumpurple:9662683,mediumseagreen:3978097,mediumslateblue:8087790,mediumspringgreen:64154,mediumturquoise:4772300,mediumvioletred:13047173,midnightblue:1644912,mintcream:16121850,mistyrose:16770273,moccasin:16770229,navajowhite:16768685,navy:128,oldlace:16643558,olive:8421376,olivedrab:7048739,orange:16753920,orangered:16729344,orchid:14315734,palegoldenrod:15657130,palegreen:10025880,paleturquoise:11529966,palevioletred:14381203,papayawhip:16773077,peachpuff:16767673,peru:13468991,pink:16761035,plum:14524637,powderblue:11591910,purple:8388736,rebeccapurple:6697881,red:16711680,rosybrown:12357519,royalblue:4286945,saddlebrown:9127187,salmon:16416882,sandybrown:16032864,seagreen:3050327,seashell:16774638,sienna:10506797,silver:12632256,skyblue:8900331,slateblue:6970061,slategray:7372944,slategrey:7372944,snow:16775930,springgreen:65407,steelblue:4620980,tan:13808780,teal:32896,thistle:14204888,tomato:16737095,turquoise:4251856,violet:15631086,wheat:16113331,white:16777215,whitesmoke:16119285,yellow:16776960,yellowgreen:10145074};Lt(ht,_t,{copy(e){return Object.assign(new this.constructor,this,e)},displayable(){return this.rgb().displayable()},hex:Qn,formatHex:Qn,formatHex8:wo,formatHsl:yo,formatRgb:jn,toString:jn});function Qn(){return this.rgb().formatHex()}function wo(){return this.rgb().formatHex8()}function yo(){return li(this).formatHsl()}function jn(){return this.rgb().formatRgb()}function _t(e){var t,n;return e=(e+"").trim().toLowerCase(),(t=ho.exec(e))?(n=t[1].length,t=parseInt(t[1],16),n===6?ti(t):n===3?new C(t>>8&15|t>>4&240,t>>4&15|t&240,(t&15)<<4|t&15,1):n===8?ue(t>>24&255,t>>16&255,t>>8&255,(t&255)/255):n===4?ue(t>>12&15|t>>8&240,t>>8&15|t>>4&240,t>>4&15|t&240,((t&15)<<4|t&15)/255):null):(t=fo.exec(e))?new C(t[1],t[2],t[3],1):(t=po.exec(e))?new C(t[1]*255/100,t[2]*255/100,t[3]*255/100,1):(t=mo.exec(e))?ue(t[1],t[2],t[3],t[4]):(t=go.exec(e))?ue(t[1]*255/100,t[2]*255/100,t[3]*255/100,t[4]):(t=vo.exec(e))?ii(t[1],t[2]/100,t[3]/100,1):(t=bo.exec(e))?ii(t[1],t[2]/100,t[3]/100,t[4]):Jn.hasOwnProperty(e)?ti(Jn[e]):e==="transparent"?new C(NaN,NaN,NaN,0):null}function ti(e){return new C(e>>16&255,e>>8&255,e&255,1)}function ue(e,t,n,i){return i<=0&&(e=t=n=NaN),new C(e,t,n,i)}function Ze(e){return e instanceof ht||(e=_t(e)),e?(e=e.rgb(),new C(e.r,e.g,e.b,e.opacity)):new C}function Ht(e,t,n,i){return arguments.length===1?Ze(e):new C(e,t,n,i??1)}function C(e,t,n,i){this.r=+e,this.g=+t,this.b=+n,this.opacity=+i}Lt(C,Ht,Gt(ht,{brighter(e){return e=e==null?Ct:Math.pow(Ct,e),new C(this.r*e,this.g*e,this.b*e,this.opacity)},darker(e){return e=e==null?xt:Math.pow(xt,e),new C(this.r*e,this.g*e,this.b*e,this.opacity)},rgb(){return this},clamp(){return new C(wt(this.r),wt(this.g),wt(this.b),fe(this.opacity))},displayable(){return-.5<=this.r&&this.r<255.5&&-.5<=this.g&&this.g<255.5&&-.5<=this.b&&this.b<255.5&&0<=this.opacity&&this.opacity<=1},hex:ei,formatHex:ei,formatHex8:xo,formatRgb:ni,toString:ni}));function ei(){return`#${bt(this.r)}${bt(this.g)}${bt(this.b)}`}function xo(){return`#${bt(this.r)}${bt(this.g)}${bt(this.b)}${bt((isNaN(this.opacity)?1:this.opacity)*255)}`}function ni(){let e=fe(this.opacity);return`${e===1?"rgb(":"rgba("}${wt(this.r)}, ${wt(this.g)}, ${wt(this.b)}${e===1?")":`, ${e})`}`}function fe(e){return isNaN(e)?1:Math.max(0,Math.min(1,e))}function wt(e){return Math.max(0,Math.min(255,Math.round(e)||0))}function bt(e){return e=wt(e),(e<16?"0":"")+e.toString(16)}function ii(e,t,n,i){return i<=0?e=t=n=NaN:n<=0||n>=1?e=t=NaN:t<=0&&(e=NaN),new U(e,t,n,i)}function li(e){if(e instanceof U)return new U(e.h,e.s,e.l,e.opacity);if(e instanceof ht||(e=_t(e)),!e)return new U;if(e instanceof U)return e;e=e.rgb();var t=e.r/255,n=e.g/255,i=e.b/255,r=Math.min(t,n,i),s=Math.max(t,n,i),o=NaN,a=s-r,l=(s+r)/2;return a?(t===s?o=(n-i)/a+(n<i)*6:n===s?o=(i-t)/a+2:o=(t-n)/a+4,a/=l<.5?s+r:2-s-r,o*=60):a=l>0&&l<1?0:o,new U(o,a,l,e.opacity)}function de(e,t,n,i){return arguments.length===1?li(e):new U(e,t,n,i??1)}function U(e,t,n,i){this.h=+e,this.s=+t,this.l=+n,this.opacity=+i}Lt(U,de,Gt(ht,{brighter(e){return e=e==null?Ct:Math.pow(Ct,e),new U(this.h,this.s,this.l*e,this.opacity)},darker(e){return e=e==null?xt:Math.pow(xt,e),new U(this.h,this.s,this.l*e,this.opacity)},rgb(){var e=this.h%360+(this.h<0)*360,t=isNaN(e)||isNaN(this.s)?0:this.s,n=this.l,i=n+(n<.5?n:1-n)*t,r=2*n-i;return new C(Ue(e>=240?e-240:e+120,r,i),Ue(e,r,i),Ue(e<120?e+240:e-120,r,i),this.opacity)},clamp(){return new U(ri(this.h),he(this.s),he(this.l),fe(this.opacity))},displayable(){return(0<=this.s&&this.s<=1||isNaN(this.s))&&0<=this.l&&this.l<=1&&0<=this.opacity&&this.opacity<=1},formatHsl(){let e=fe(this.opacity);return`${e===1?"hsl(":"hsla("}${ri(this.h)}, ${he(this.s)*100}%, ${he(this.l)*100}%${e===1?")":`, ${e})`}`}}));function ri(e){return e=(e||0)%360,e<0?e+360:e}function he(e){return Math.max(0,Math.min(1,e||0))}function Ue(e,t,n){return(e<60?t+(n-t)*e/60:e<180?n:e<240?t+(n-t)*(240-e)/60:t)*255}var ci=Math.PI/180,ui=180/Math.PI,pe=18,hi=.96422,fi=1,pi=.82521,di=4/29,Nt=6/29,mi=3*Nt*Nt,_o=Nt*Nt*Nt;function gi(e){if(e instanceof Z)return new Z(e.l,e.a,e.b,e.opacity);if(e instanceof it)return bi(e);e instanceof C||(e=Ze(e));var t=Ke(e.r),n=Ke(e.g),i=Ke(e.b),r=Ve((.2225045*t+.7168786*n+.0606169*i)/fi),s,o;return t===n&&n===i?s=o=r:(s=Ve((.4360747*t+.3850649*n+.1430804*i)/hi),o=Ve((.0139322*t+.0971045*n+.7141733*i)/pi)),new Z(116*r-16,500*(s-r),200*(r-o),e.opacity)}function vi(e,t,n,i){return arguments.length===1?gi(e):new Z(e,t,n,i??1)}function Z(e,t,n,i){this.l=+e,this.a=+t,this.b=+n,this.opacity=+i}Lt(Z,vi,Gt(ht,{brighter(e){return new Z(this.l+pe*(e??1),this.a,this.b,this.opacity)},darker(e){return new Z(this.l-pe*(e??1),this.a,this.b,this.opacity)},rgb(){var e=(this.l+16)/116,t=isNaN(this.a)?e:e+this.a/500,n=isNaN(this.b)?e:e-this.b/200;return t=hi*Ye(t),e=fi*Ye(e),n=pi*Ye(n),new C(We(3.1338561*t-1.6168667*e-.4906146*n),We(-.9787684*t+1.9161415*e+.033454*n),We(.0719453*t-.2289914*e+1.4052427*n),this.opacity)}}));function Ve(e){return e>_o?Math.pow(e,1/3):e/mi+di}function Ye(e){return e>Nt?e*e*e:mi*(e-di)}function We(e){return 255*(e<=.0031308?12.92*e:1.055*Math.pow(e,1/2.4)-.055)}function Ke(e){return(e/=255)<=.04045?e/12.92:Math.pow((e+.055)/1.055,2.4)}function To(e){if(e instanceof it)return new it(e.h,e.c,e.l,e.opacity);if(e instanceof Z||(e=gi(e)),e.a===0&&e.b===0)return new it(NaN,0<e.l&&e.l<100?0:NaN,e.l,e.opacity);var t=Math.atan2(e.b,e.a)*ui;return new it(t<0?t+360:t,Math.sqrt(e.a*e.a+e.b*e.b),e.l,e.opacity)}function me(e,t,n,i){return arguments.length===1?To(e):new it(e,t,n,i??1)}function it(e,t,n,i){this.h=+e,this.c=+t,this.l=+n,this.opacity=+i}function bi(e){if(isNaN(e.h))return new Z(e.l,0,0,e.opacity);var t=e.h*ci;return new Z(e.l,Math.cos(t)*e.c,Math.sin(t)*e.c,e.opacity)}Lt(it,me,Gt(ht,{brighter(e){return new it(this.h,this.c,this.l+pe*(e??1),this.opacity)},darker(e){return new it(this.h,this.c,this.l-pe*(e??1),this.opacity)},rgb(){return bi(this).rgb()}}));var wi=-.14861,Je=1.78277,Qe=-.29227,ge=-.90649,Bt=1.97294,si=Bt*ge,oi=Bt*Je,ai=Je*Qe-ge*wi;function Eo(e){if(e instanceof yt)return new yt(e.h,e.s,e.l,e.opacity);e instanceof C||(e=Ze(e));var t=e.r/255,n=e.g/255,i=e.b/255,r=(ai*i+si*t-oi*n)/(ai+si-oi),s=i-r,o=(Bt*(n-r)-Qe*s)/ge,a=Math.sqrt(o*o+s*s)/(Bt*r*(1-r)),l=a?Math.atan2(o,s)*ui-120:NaN;return new yt(l<0?l+360:l,a,r,e.opacity)}function ve(e,t,n,i){return arguments.length===1?Eo(e):new yt(e,t,n,i??1)}function yt(e,t,n,i){this.h=+e,this.s=+t,this.l=+n,this.opacity=+i}Lt(yt,ve,Gt(ht,{brighter(e){return e=e==null?Ct:Math.pow(Ct,e),new yt(this.h,this.s,this.l*e,this.opacity)},darker(e){return e=e==null?xt:Math.pow(xt,e),new yt(this.h,this.s,this.l*e,this.opacity)},rgb(){var e=isNaN(this.h)?0:(this.h+120)*ci,t=+this.l,n=isNaN(this.s)?0:this.s*t*(1-t),i=Math.cos(e),r=Math.sin(e);return new C(255*(t+n*(wi*i+Je*r)),255*(t+n*(Qe*i+ge*r)),255*(t+n*(Bt*i)),this.opacity)}}));function _i(e,t,n,i,r){var s=e*e,o=s*e;return((1-3*e+3*s-o)*t+(4-6*s+3*o)*n+(1+3*e+3*s-3*o)*i+o*r)/6}function So(e){var t=e.length-1;return function(n){var i=n<=0?n=0:n>=1?(n=1,t-1):Math.floor(n*t),r=e[i],s=e[i+1],o=i>0?e[i-1]:2*r-s,a=i<t-1?e[i+2]:2*s-r;return _i((n-i/t)*t,o,r,s,a)}}function Mo(e){var t=e.length;return function(n){var i=Math.floor(((n%=1)<0?++n:n)*t),r=e[(i+t-1)%t],s=e[i%t],o=e[(i+1)%t],a=e[(i+2)%t];return _i((n-i/t)*t,r,s,o,a)}}var nn=e=>()=>e;function Ti(e,t){return function(n){return e+n*t}}function Ao(e,t,n){return e=Math.pow(e,n),t=Math.pow(t,n)-e,n=1/n,function(i){return Math.pow(e+i*t,n)}}function rn(e,t){var n=t-e;return n?Ti(e,n>180||n<-180?n-360*Math.round(n/360):n):nn(isNaN(e)?t:e)}function ko(e){return(e=+e)==1?z:function(t,n){return n-t?Ao(t,n,e):nn(isNaN(t)?n:t)}}function z(e,t){var n=t-e;return n?Ti(e,n):nn(isNaN(e)?t:e)}var sn=(function e(t){var n=ko(t);function i(r,s){var o=n((r=Ht(r)).r,(s=Ht(s)).r),a=n(r.g,s.g),l=n(r.b,s.b),c=z(r.opacity,s.opacity);return function(u){return r.r=o(u),r.g=a(u),r.b=l(u),r.opacity=c(u),r+""}}return i.gamma=e,i})(1);function Ei(e){return function(t){var n=t.length,i=new Array(n),r=new Array(n),s=new Array(n),o,a;for(o=0;o<n;++o)a=Ht(t[o]),i[o]=a.r||0,r[o]=a.g||0,s[o]=a.b||0;return i=e(i),r=e(r),s=e(s),a.opacity=1,function(l){return a.r=i(l),a.g=r(l),a.b=s(l),a+""}}}var bc=Ei(So),wc=Ei(Mo);function rt(e,t){return e=+e,t=+t,function(n){return e*(1-n)+t*n}}var tn=/[-+]?(?:\d+\.?\d*|\.?\d+)(?:[eE][-+]?\d+)?/g,je=new RegExp(tn.source,"g");function No(e){return function(){return e}}function Co(e){return function(t){return e(t)+""}}function Si(e,t){var n=tn.lastIndex=je.lastIndex=0,i,r,s,o=-1,a=[],l=[];for(e=e+"",t=t+"";(i=tn.exec(e))&&(r=je.exec(t));)(s=r.index)>n&&(s=t.slice(n,s),a[o]?a[o]+=s:a[++o]=s),(i=i[0])===(r=r[0])?a[o]?a[o]+=r:a[++o]=r:(a[++o]=null,l.push({i:o,x:rt(i,r)})),n=je.lastIndex;return n<t.length&&(s=t.slice(n),a[o]?a[o]+=s:a[++o]=s),a.length<2?l[0]?Co(l[0].x):No(t):(t=l.length,function(c){for(var u=0,f;u<t;++u)a[(f=l[u]).i]=f.x(c);return a.join("")})}var yi=180/Math.PI,en={translateX:0,translateY:0,rotate:0,skewX:0,scaleX:1,scaleY:1};function Mi(e,t,n,i,r,s){var o,a,l;return(o=Math.sqrt(e*e+t*t))&&(e/=o,t/=o),(l=e*n+t*i)&&(n-=e*l,i-=t*l),(a=Math.sqrt(n*n+i*i))&&(n/=a,i/=a,l/=a),e*i<t*n&&(e=-e,t=-t,l=-l,o=-o),{translateX:r,translateY:s,rotate:Math.atan2(t,e)*yi,skewX:Math.atan(l)*yi,scaleX:o,scaleY:a}}var be;function Lo(e){let t=new(typeof DOMMatrix=="function"?DOMMatrix:WebKitCSSMatrix)(e+"");return t.isIdentity?en:Mi(t.a,t.b,t.c,t.d,t.e,t.f)}function $o(e){return e==null||(be||(be=document.createElementNS("http://www.w3.org/2000/svg","g")),be.setAttribute("transform",e),!(e=be.transform.baseVal.consolidate()))?en:(e=e.matrix,Mi(e.a,e.b,e.c,e.d,e.e,e.f))}function Ai(e,t,n,i){function r(c){return c.length?c.pop()+" ":""}function s(c,u,f,p,g,x){if(c!==f||u!==p){var E=g.push("translate(",null,t,null,n);x.push({i:E-4,x:rt(c,f)},{i:E-2,x:rt(u,p)})}else(f||p)&&g.push("translate("+f+t+p+n)}function o(c,u,f,p){c!==u?(c-u>180?u+=360:u-c>180&&(c+=360),p.push({i:f.push(r(f)+"rotate(",null,i)-2,x:rt(c,u)})):u&&f.push(r(f)+"rotate("+u+i)}function a(c,u,f,p){c!==u?p.push({i:f.push(r(f)+"skewX(",null,i)-2,x:rt(c,u)}):u&&f.push(r(f)+"skewX("+u+i)}function l(c,u,f,p,g,x){if(c!==f||u!==p){var E=g.push(r(g)+"scale(",null,",",null,")");x.push({i:E-4,x:rt(c,f)},{i:E-2,x:rt(u,p)})}else(f!==1||p!==1)&&g.push(r(g)+"scale("+f+","+p+")")}return function(c,u){var f=[],p=[];return c=e(c),u=e(u),s(c.translateX,c.translateY,u.translateX,u.translateY,f,p),o(c.rotate,u.rotate,f,p),a(c.skewX,u.skewX,f,p),l(c.scaleX,c.scaleY,u.scaleX,u.scaleY,f,p),c=u=null,function(g){for(var x=-1,E=p.length,N;++x<E;)f[(N=p[x]).i]=N.x(g);return f.join("")}}}var ki=Ai(Lo,"px, ","px)","deg)"),Ni=Ai($o,", ",")",")"),Oo=1e-12;function xi(e){return((e=Math.exp(e))+1/e)/2}function Io(e){return((e=Math.exp(e))-1/e)/2}function Ro(e){return((e=Math.exp(2*e))-1)/(e+1)}var Ci=(function e(t,n,i){function r(s,o){var a=s[0],l=s[1],c=s[2],u=o[0],f=o[1],p=o[2],g=u-a,x=f-l,E=g*g+x*x,N,w;if(E<Oo)w=Math.log(p/c)/t,N=function(lt){return[a+lt*g,l+lt*x,c*Math.exp(t*lt*w)]};else{var O=Math.sqrt(E),I=(p*p-c*c+i*E)/(2*c*n*O),Y=(p*p-c*c-i*E)/(2*p*n*O),G=Math.log(Math.sqrt(I*I+1)-I),H=Math.log(Math.sqrt(Y*Y+1)-Y);w=(H-G)/t,N=function(lt){var Jt=lt*w,Qt=xi(G),jt=c/(n*O)*(Qt*Ro(t*Jt+G)-Io(G));return[a+jt*g,l+jt*x,c*Qt/xi(t*Jt+G)]}}return N.duration=Math.abs(w)*1e3*t/Math.SQRT2,N}return r.rho=function(s){var o=Math.max(.001,+s),a=o*o,l=a*a;return e(o,a,l)},r})(Math.SQRT2,2,4);function Li(e){return function(t,n){var i=e((t=de(t)).h,(n=de(n)).h),r=z(t.s,n.s),s=z(t.l,n.l),o=z(t.opacity,n.opacity);return function(a){return t.h=i(a),t.s=r(a),t.l=s(a),t.opacity=o(a),t+""}}}var yc=Li(rn),xc=Li(z);function $i(e){return function(t,n){var i=e((t=me(t)).h,(n=me(n)).h),r=z(t.c,n.c),s=z(t.l,n.l),o=z(t.opacity,n.opacity);return function(a){return t.h=i(a),t.c=r(a),t.l=s(a),t.opacity=o(a),t+""}}}var _c=$i(rn),Tc=$i(z);function Oi(e){return(function t(n){n=+n;function i(r,s){var o=e((r=ve(r)).h,(s=ve(s)).h),a=z(r.s,s.s),l=z(r.l,s.l),c=z(r.opacity,s.opacity);return function(u){return r.h=o(u),r.s=a(u),r.l=l(Math.pow(u,n)),r.opacity=c(u),r+""}}return i.gamma=t,i})(1)}var Ec=Oi(rn),Sc=Oi(z);var $t=0,Ft=0,qt=0,Ri=1e3,we,Xt,ye=0,Tt=0,_e=0,Ut=typeof performance=="object"&&performance.now?performance:Date,zi=typeof window=="object"&&window.requestAnimationFrame?window.requestAnimationFrame.bind(window):function(e){setTimeout(e,17)};function Te(){return Tt||(zi(zo),Tt=Ut.now()+_e)}function zo(){Tt=0}function xe(){this._call=this._time=this._next=null}xe.prototype=an.prototype={constructor:xe,restart:function(e,t,n){if(typeof e!="function")throw new TypeError("callback is not a function");n=(n==null?Te():+n)+(t==null?0:+t),!this._next&&Xt!==this&&(Xt?Xt._next=this:we=this,Xt=this),this._call=e,this._time=n,on()},stop:function(){this._call&&(this._call=null,this._time=1/0,on())}};function an(e,t,n){var i=new xe;return i.restart(e,t,n),i}function Do(){Te(),++$t;for(var e=we,t;e;)(t=Tt-e._time)>=0&&e._call.call(void 0,t),e=e._next;--$t}function Ii(){Tt=(ye=Ut.now())+_e,$t=Ft=0;try{Do()}finally{$t=0,Bo(),Tt=0}}function Po(){var e=Ut.now(),t=e-ye;t>Ri&&(_e-=t,ye=e)}function Bo(){for(var e,t=we,n,i=1/0;t;)t._call?(i>t._time&&(i=t._time),e=t,t=t._next):(n=t._next,t._next=null,t=e?e._next=n:we=n);Xt=e,on(i)}function on(e){if(!$t){Ft&&(Ft=clearTimeout(Ft));var t=e-Tt;t>24?(e<1/0&&(Ft=setTimeout(Ii,Math.ceil(e-Ut.now()-_e)+1)),qt&&(qt=clearInterval(qt))):(qt||(ye=Ut.now(),qt=setInterval(Po,Ri)),$t=1,zi(Ii))}}function ln(e,t,n){var i=new xe;return t=t==null?0:+t,i.restart(r=>{i.stop(),e(r+t)},t,n),i}function Pi(e){return((e*=2)<=1?e*e*e:(e-=2)*e*e+2)/2}var cn=3,kc=(function e(t){t=+t;function n(i){return Math.pow(i,t)}return n.exponent=e,n})(cn),Nc=(function e(t){t=+t;function n(i){return 1-Math.pow(1-i,t)}return n.exponent=e,n})(cn),Cc=(function e(t){t=+t;function n(i){return((i*=2)<=1?Math.pow(i,t):2-Math.pow(2-i,t))/2}return n.exponent=e,n})(cn),Go=Math.PI,Lc=Go/2;function Ee(e){return(Math.pow(2,-10*e)-.0009765625)*1.0009775171065494}var Di=4/11,$c=6/11,Oc=8/11,Ic=3/4,Rc=9/11,zc=10/11,Dc=15/16,Pc=21/22,Bc=63/64,Gc=1/Di/Di;var un=1.70158,Hc=(function e(t){t=+t;function n(i){return(i=+i)*i*(t*(i-1)+i)}return n.overshoot=e,n})(un),qc=(function e(t){t=+t;function n(i){return--i*i*((i+1)*t+i)+1}return n.overshoot=e,n})(un),Fc=(function e(t){t=+t;function n(i){return((i*=2)<1?i*i*((t+1)*i-t):(i-=2)*i*((t+1)*i+t)+2)/2}return n.overshoot=e,n})(un),Ot=2*Math.PI,hn=1,fn=.3,Xc=(function e(t,n){var i=Math.asin(1/(t=Math.max(1,t)))*(n/=Ot);function r(s){return t*Ee(- --s)*Math.sin((i-s)/n)}return r.amplitude=function(s){return e(s,n*Ot)},r.period=function(s){return e(t,s)},r})(hn,fn),Uc=(function e(t,n){var i=Math.asin(1/(t=Math.max(1,t)))*(n/=Ot);function r(s){return 1-t*Ee(s=+s)*Math.sin((s+i)/n)}return r.amplitude=function(s){return e(s,n*Ot)},r.period=function(s){return e(t,s)},r})(hn,fn),Vc=(function e(t,n){var i=Math.asin(1/(t=Math.max(1,t)))*(n/=Ot);function r(s){return((s=s*2-1)<0?t*Ee(-s)*Math.sin((i-s)/n):2-t*Ee(s)*Math.sin((i+s)/n))/2}return r.amplitude=function(s){return e(s,n*Ot)},r.period=function(s){return e(t,s)},r})(hn,fn);var Ho=Dt("start","end","cancel","interrupt"),qo=[],Hi=0,Bi=1,pn=2,Se=3,Gi=4,dn=5,Me=6;function Ae(e,t,n,i,r,s){var o=e.__transition;if(!o)e.__transition={};else if(n in o)return;Fo(e,n,{name:t,index:i,group:r,on:Ho,tween:qo,time:s.time,delay:s.delay,duration:s.duration,ease:s.ease,timer:null,state:Hi})}function mn(e,t){var n=V(e,t);if(n.state>Hi)throw new Error("too late; already scheduled");return n}function J(e,t){var n=V(e,t);if(n.state>Se)throw new Error("too late; already running");return n}function V(e,t){var n=e.__transition;if(!n||!(n=n[t]))throw new Error("transition not found");return n}function Fo(e,t,n){var i=e.__transition,r;i[t]=n,n.timer=an(s,0,n.time);function s(c){n.state=Bi,n.timer.restart(o,n.delay,n.time),n.delay<=c&&o(c-n.delay)}function o(c){var u,f,p,g;if(n.state!==Bi)return l();for(u in i)if(g=i[u],g.name===n.name){if(g.state===Se)return ln(o);g.state===Gi?(g.state=Me,g.timer.stop(),g.on.call("interrupt",e,e.__data__,g.index,g.group),delete i[u]):+u<t&&(g.state=Me,g.timer.stop(),g.on.call("cancel",e,e.__data__,g.index,g.group),delete i[u])}if(ln(function(){n.state===Se&&(n.state=Gi,n.timer.restart(a,n.delay,n.time),a(c))}),n.state=pn,n.on.call("start",e,e.__data__,n.index,n.group),n.state===pn){for(n.state=Se,r=new Array(p=n.tween.length),u=0,f=-1;u<p;++u)(g=n.tween[u].value.call(e,e.__data__,n.index,n.group))&&(r[++f]=g);r.length=f+1}}function a(c){for(var u=c<n.duration?n.ease.call(null,c/n.duration):(n.timer.restart(l),n.state=dn,1),f=-1,p=r.length;++f<p;)r[f].call(e,u);n.state===dn&&(n.on.call("end",e,e.__data__,n.index,n.group),l())}function l(){n.state=Me,n.timer.stop(),delete i[t];for(var c in i)return;delete e.__transition}}function Vt(e,t){var n=e.__transition,i,r,s=!0,o;if(n){t=t==null?null:t+"";for(o in n){if((i=n[o]).name!==t){s=!1;continue}r=i.state>pn&&i.state<dn,i.state=Me,i.timer.stop(),i.on.call(r?"interrupt":"cancel",e,e.__data__,i.index,i.group),delete n[o]}s&&delete e.__transition}}function Xo(e){return this.each(function(){Vt(this,e)})}function Uo(e,t){var n,i;return function(){var r=J(this,e),s=r.tween;if(s!==n){i=n=s;for(var o=0,a=i.length;o<a;++o)if(i[o].name===t){i=i.slice(),i.splice(o,1);break}}r.tween=i}}function Vo(e,t,n){var i,r;if(typeof n!="function")throw new Error;return function(){var s=J(this,e),o=s.tween;if(o!==i){r=(i=o).slice();for(var a={name:t,value:n},l=0,c=r.length;l<c;++l)if(r[l].name===t){r[l]=a;break}l===c&&r.push(a)}s.tween=r}}function Yo(e,t){var n=this._id;if(e+="",arguments.length<2){for(var i=V(this.node(),n).tween,r=0,s=i.length,o;r<s;++r)if((o=i[r]).name===e)return o.value;return null}return this.each((t==null?Uo:Vo)(n,e,t))}function gn(e,t,n){var i=e._id;return e.each(function(){var r=J(this,i);(r.value||(r.value={}))[t]=n.apply(this,arguments)}),function(r){return V(r,i).value[t]}}function qi(e,t){var n;return(typeof t=="number"?rt:t instanceof _t?sn:(n=_t(t))?(t=n,sn):Si)(e,t)}function Wo(e){return function(){this.removeAttribute(e)}}function Ko(e){return function(){this.removeAttributeNS(e.space,e.local)}}function Zo(e,t,n){var i,r=n+"",s;return function(){var o=this.getAttribute(e);return o===r?null:o===i?s:s=t(i=o,n)}}function Jo(e,t,n){var i,r=n+"",s;return function(){var o=this.getAttributeNS(e.space,e.local);return o===r?null:o===i?s:s=t(i=o,n)}}function Qo(e,t,n){var i,r,s;return function(){var o,a=n(this),l;return a==null?void this.removeAttribute(e):(o=this.getAttribute(e),l=a+"",o===l?null:o===i&&l===r?s:(r=l,s=t(i=o,a)))}}function jo(e,t,n){var i,r,s;return function(){var o,a=n(this),l;return a==null?void this.removeAttributeNS(e.space,e.local):(o=this.getAttributeNS(e.space,e.local),l=a+"",o===l?null:o===i&&l===r?s:(r=l,s=t(i=o,a)))}}function ta(e,t){var n=zt(e),i=n==="transform"?Ni:qi;return this.attrTween(e,typeof t=="function"?(n.local?jo:Qo)(n,i,gn(this,"attr."+e,t)):t==null?(n.local?Ko:Wo)(n):(n.local?Jo:Zo)(n,i,t))}function ea(e,t){return function(n){this.setAttribute(e,t.call(this,n))}}function na(e,t){return function(n){this.setAttributeNS(e.space,e.local,t.call(this,n))}}function ia(e,t){var n,i;function r(){var s=t.apply(this,arguments);return s!==i&&(n=(i=s)&&na(e,s)),n}return r._value=t,r}function ra(e,t){var n,i;function r(){var s=t.apply(this,arguments);return s!==i&&(n=(i=s)&&ea(e,s)),n}return r._value=t,r}function sa(e,t){var n="attr."+e;if(arguments.length<2)return(n=this.tween(n))&&n._value;if(t==null)return this.tween(n,null);if(typeof t!="function")throw new Error;var i=zt(e);return this.tween(n,(i.local?ia:ra)(i,t))}function oa(e,t){return function(){mn(this,e).delay=+t.apply(this,arguments)}}function aa(e,t){return t=+t,function(){mn(this,e).delay=t}}function la(e){var t=this._id;return arguments.length?this.each((typeof e=="function"?oa:aa)(t,e)):V(this.node(),t).delay}function ca(e,t){return function(){J(this,e).duration=+t.apply(this,arguments)}}function ua(e,t){return t=+t,function(){J(this,e).duration=t}}function ha(e){var t=this._id;return arguments.length?this.each((typeof e=="function"?ca:ua)(t,e)):V(this.node(),t).duration}function fa(e,t){if(typeof t!="function")throw new Error;return function(){J(this,e).ease=t}}function pa(e){var t=this._id;return arguments.length?this.each(fa(t,e)):V(this.node(),t).ease}function da(e,t){return function(){var n=t.apply(this,arguments);if(typeof n!="function")throw new Error;J(this,e).ease=n}}function ma(e){if(typeof e!="function")throw new Error;return this.each(da(this._id,e))}function ga(e){typeof e!="function"&&(e=He(e));for(var t=this._groups,n=t.length,i=new Array(n),r=0;r<n;++r)for(var s=t[r],o=s.length,a=i[r]=[],l,c=0;c<o;++c)(l=s[c])&&e.call(l,l.__data__,c,s)&&a.push(l);return new ot(i,this._parents,this._name,this._id)}function va(e){if(e._id!==this._id)throw new Error;for(var t=this._groups,n=e._groups,i=t.length,r=n.length,s=Math.min(i,r),o=new Array(i),a=0;a<s;++a)for(var l=t[a],c=n[a],u=l.length,f=o[a]=new Array(u),p,g=0;g<u;++g)(p=l[g]||c[g])&&(f[g]=p);for(;a<i;++a)o[a]=t[a];return new ot(o,this._parents,this._name,this._id)}function ba(e){return(e+"").trim().split(/^|\s+/).every(function(t){var n=t.indexOf(".");return n>=0&&(t=t.slice(0,n)),!t||t==="start"})}function wa(e,t,n){var i,r,s=ba(t)?mn:J;return function(){var o=s(this,e),a=o.on;a!==i&&(r=(i=a).copy()).on(t,n),o.on=r}}function ya(e,t){var n=this._id;return arguments.length<2?V(this.node(),n).on.on(e):this.each(wa(n,e,t))}function xa(e){return function(){var t=this.parentNode;for(var n in this.__transition)if(+n!==e)return;t&&t.removeChild(this)}}function _a(){return this.on("end.remove",xa(this._id))}function Ta(e){var t=this._name,n=this._id;typeof e!="function"&&(e=le(e));for(var i=this._groups,r=i.length,s=new Array(r),o=0;o<r;++o)for(var a=i[o],l=a.length,c=s[o]=new Array(l),u,f,p=0;p<l;++p)(u=a[p])&&(f=e.call(u,u.__data__,p,a))&&("__data__"in u&&(f.__data__=u.__data__),c[p]=f,Ae(c[p],t,n,p,c,V(u,n)));return new ot(s,this._parents,t,n)}function Ea(e){var t=this._name,n=this._id;typeof e!="function"&&(e=Ge(e));for(var i=this._groups,r=i.length,s=[],o=[],a=0;a<r;++a)for(var l=i[a],c=l.length,u,f=0;f<c;++f)if(u=l[f]){for(var p=e.call(u,u.__data__,f,l),g,x=V(u,n),E=0,N=p.length;E<N;++E)(g=p[E])&&Ae(g,t,n,E,p,x);s.push(p),o.push(u)}return new ot(s,o,t,n)}var Sa=vt.prototype.constructor;function Ma(){return new Sa(this._groups,this._parents)}function Aa(e,t){var n,i,r;return function(){var s=gt(this,e),o=(this.style.removeProperty(e),gt(this,e));return s===o?null:s===n&&o===i?r:r=t(n=s,i=o)}}function Fi(e){return function(){this.style.removeProperty(e)}}function ka(e,t,n){var i,r=n+"",s;return function(){var o=gt(this,e);return o===r?null:o===i?s:s=t(i=o,n)}}function Na(e,t,n){var i,r,s;return function(){var o=gt(this,e),a=n(this),l=a+"";return a==null&&(l=a=(this.style.removeProperty(e),gt(this,e))),o===l?null:o===i&&l===r?s:(r=l,s=t(i=o,a))}}function Ca(e,t){var n,i,r,s="style."+t,o="end."+s,a;return function(){var l=J(this,e),c=l.on,u=l.value[s]==null?a||(a=Fi(t)):void 0;(c!==n||r!==u)&&(i=(n=c).copy()).on(o,r=u),l.on=i}}function La(e,t,n){var i=(e+="")=="transform"?ki:qi;return t==null?this.styleTween(e,Aa(e,i)).on("end.style."+e,Fi(e)):typeof t=="function"?this.styleTween(e,Na(e,i,gn(this,"style."+e,t))).each(Ca(this._id,e)):this.styleTween(e,ka(e,i,t),n).on("end.style."+e,null)}function $a(e,t,n){return function(i){this.style.setProperty(e,t.call(this,i),n)}}function Oa(e,t,n){var i,r;function s(){var o=t.apply(this,arguments);return o!==r&&(i=(r=o)&&$a(e,o,n)),i}return s._value=t,s}function Ia(e,t,n){var i="style."+(e+="");if(arguments.length<2)return(i=this.tween(i))&&i._value;if(t==null)return this.tween(i,null);if(typeof t!="function")throw new Error;return this.tween(i,Oa(e,t,n??""))}function Ra(e){return function(){this.textContent=e}}function za(e){return function(){var t=e(this);this.textContent=t??""}}function Da(e){return this.tween("text",typeof e=="function"?za(gn(this,"text",e)):Ra(e==null?"":e+""))}function Pa(e){return function(t){this.textContent=e.call(this,t)}}function Ba(e){var t,n;function i(){var r=e.apply(this,arguments);return r!==n&&(t=(n=r)&&Pa(r)),t}return i._value=e,i}function Ga(e){var t="text";if(arguments.length<1)return(t=this.tween(t))&&t._value;if(e==null)return this.tween(t,null);if(typeof e!="function")throw new Error;return this.tween(t,Ba(e))}function Ha(){for(var e=this._name,t=this._id,n=Xi(),i=this._groups,r=i.length,s=0;s<r;++s)for(var o=i[s],a=o.length,l,c=0;c<a;++c)if(l=o[c]){var u=V(l,t);Ae(l,e,n,c,o,{time:u.time+u.delay+u.duration,delay:0,duration:u.duration,ease:u.ease})}return new ot(i,this._parents,e,n)}function qa(){var e,t,n=this,i=n._id,r=n.size();return new Promise(function(s,o){var a={value:o},l={value:function(){--r===0&&s()}};n.each(function(){var c=J(this,i),u=c.on;u!==e&&(t=(e=u).copy(),t._.cancel.push(a),t._.interrupt.push(a),t._.end.push(l)),c.on=t}),r===0&&s()})}var Fa=0;function ot(e,t,n,i){this._groups=e,this._parents=t,this._name=n,this._id=i}function Xa(e){return vt().transition(e)}function Xi(){return++Fa}var st=vt.prototype;ot.prototype=Xa.prototype={constructor:ot,select:Ta,selectAll:Ea,selectChild:st.selectChild,selectChildren:st.selectChildren,filter:ga,merge:va,selection:Ma,transition:Ha,call:st.call,nodes:st.nodes,node:st.node,size:st.size,empty:st.empty,each:st.each,on:ya,attr:ta,attrTween:sa,style:La,styleTween:Ia,text:Da,textTween:Ga,remove:_a,tween:Yo,delay:la,duration:ha,ease:pa,easeVarying:ma,end:qa,[Symbol.iterator]:st[Symbol.iterator]};var Ua={time:null,delay:0,duration:250,ease:Pi};function Va(e,t){for(var n;!(n=e.__transition)||!(n=n[t]);)if(!(e=e.parentNode))throw new Error(`transition ${t} not found`);return n}function Ya(e){var t,n;e instanceof ot?(t=e._id,e=e._name):(t=Xi(),(n=Ua).time=Te(),e=e==null?null:e+"");for(var i=this._groups,r=i.length,s=0;s<r;++s)for(var o=i[s],a=o.length,l,c=0;c<a;++c)(l=o[c])&&Ae(l,e,t,c,o,n||Va(l,t));return new ot(i,this._parents,e,t)}vt.prototype.interrupt=Xo;vt.prototype.transition=Ya;var ke=e=>()=>e;function Wa(e,{sourceEvent:t,target:n,transform:i,dispatch:r}){Object.defineProperties(this,{type:{value:e,enumerable:!0,configurable:!0},sourceEvent:{value:t,enumerable:!0,configurable:!0},target:{value:n,enumerable:!0,configurable:!0},transform:{value:i,enumerable:!0,configurable:!0},_:{value:r}})}function at(e,t,n){this.k=e,this.x=t,this.y=n}at.prototype={constructor:at,scale:function(e){return e===1?this:new at(this.k*e,this.x,this.y)},translate:function(e,t){return e===0&t===0?this:new at(this.k,this.x+this.k*e,this.y+this.k*t)},apply:function(e){return[e[0]*this.k+this.x,e[1]*this.k+this.y]},applyX:function(e){return e*this.k+this.x},applyY:function(e){return e*this.k+this.y},invert:function(e){return[(e[0]-this.x)/this.k,(e[1]-this.y)/this.k]},invertX:function(e){return(e-this.x)/this.k},invertY:function(e){return(e-this.y)/this.k},rescaleX:function(e){return e.copy().domain(e.range().map(this.invertX,this).map(e.invert,e))},rescaleY:function(e){return e.copy().domain(e.range().map(this.invertY,this).map(e.invert,e))},toString:function(){return"translate("+this.x+","+this.y+") scale("+this.k+")"}};var Wt=new at(1,0,0);Ka.prototype=at.prototype;function Ka(e){for(;!e.__zoom;)if(!(e=e.parentNode))return Wt;return e.__zoom}function vn(e){e.stopImmediatePropagation()}function Yt(e){e.preventDefault(),e.stopImmediatePropagation()}function Za(e){return(!e.ctrlKey||e.type==="wheel")&&!e.button}function Ja(){var e=this;return e instanceof SVGElement?(e=e.ownerSVGElement||e,e.hasAttribute("viewBox")?(e=e.viewBox.baseVal,[[e.x,e.y],[e.x+e.width,e.y+e.height]]):[[0,0],[e.width.baseVal.value,e.height.baseVal.value]]):[[0,0],[e.clientWidth,e.clientHeight]]}function Ui(){return this.__zoom||Wt}function Qa(e){return-e.deltaY*(e.deltaMode===1?.05:e.deltaMode?1:.002)*(e.ctrlKey?10:1)}function ja(){return navigator.maxTouchPoints||"ontouchstart"in this}function tl(e,t,n){var i=e.invertX(t[0][0])-n[0][0],r=e.invertX(t[1][0])-n[1][0],s=e.invertY(t[0][1])-n[0][1],o=e.invertY(t[1][1])-n[1][1];return e.translate(r>i?(i+r)/2:Math.min(0,i)||Math.max(0,r),o>s?(s+o)/2:Math.min(0,s)||Math.max(0,o))}function Vi(){var e=Za,t=Ja,n=tl,i=Qa,r=ja,s=[0,1/0],o=[[-1/0,-1/0],[1/0,1/0]],a=250,l=Ci,c=Dt("start","zoom","end"),u,f,p,g=500,x=150,E=0,N=10;function w(h){h.property("__zoom",Ui).on("wheel.zoom",Jt,{passive:!1}).on("mousedown.zoom",Qt).on("dblclick.zoom",jt).filter(r).on("touchstart.zoom",hr).on("touchmove.zoom",fr).on("touchend.zoom touchcancel.zoom",pr).style("-webkit-tap-highlight-color","rgba(0,0,0,0)")}w.transform=function(h,v,d,b){var y=h.selection?h.selection():h;y.property("__zoom",Ui),h!==y?G(h,v,d,b):y.interrupt().each(function(){H(this,arguments).event(b).start().zoom(null,typeof v=="function"?v.apply(this,arguments):v).end()})},w.scaleBy=function(h,v,d,b){w.scaleTo(h,function(){var y=this.__zoom.k,_=typeof v=="function"?v.apply(this,arguments):v;return y*_},d,b)},w.scaleTo=function(h,v,d,b){w.transform(h,function(){var y=t.apply(this,arguments),_=this.__zoom,T=d==null?Y(y):typeof d=="function"?d.apply(this,arguments):d,S=_.invert(T),A=typeof v=="function"?v.apply(this,arguments):v;return n(I(O(_,A),T,S),y,o)},d,b)},w.translateBy=function(h,v,d,b){w.transform(h,function(){return n(this.__zoom.translate(typeof v=="function"?v.apply(this,arguments):v,typeof d=="function"?d.apply(this,arguments):d),t.apply(this,arguments),o)},null,b)},w.translateTo=function(h,v,d,b,y){w.transform(h,function(){var _=t.apply(this,arguments),T=this.__zoom,S=b==null?Y(_):typeof b=="function"?b.apply(this,arguments):b;return n(Wt.translate(S[0],S[1]).scale(T.k).translate(typeof v=="function"?-v.apply(this,arguments):-v,typeof d=="function"?-d.apply(this,arguments):-d),_,o)},b,y)};function O(h,v){return v=Math.max(s[0],Math.min(s[1],v)),v===h.k?h:new at(v,h.x,h.y)}function I(h,v,d){var b=v[0]-d[0]*h.k,y=v[1]-d[1]*h.k;return b===h.x&&y===h.y?h:new at(h.k,b,y)}function Y(h){return[(+h[0][0]+ +h[1][0])/2,(+h[0][1]+ +h[1][1])/2]}function G(h,v,d,b){h.on("start.zoom",function(){H(this,arguments).event(b).start()}).on("interrupt.zoom end.zoom",function(){H(this,arguments).event(b).end()}).tween("zoom",function(){var y=this,_=arguments,T=H(y,_).event(b),S=t.apply(y,_),A=d==null?Y(S):typeof d=="function"?d.apply(y,_):d,W=Math.max(S[1][0]-S[0][0],S[1][1]-S[0][1]),L=y.__zoom,q=typeof v=="function"?v.apply(y,_):v,Q=l(L.invert(A).concat(W/L.k),q.invert(A).concat(W/q.k));return function(F){if(F===1)F=q;else{var j=Q(F),Oe=W/j[2];F=new at(Oe,A[0]-j[0]*Oe,A[1]-j[1]*Oe)}T.zoom(null,F)}})}function H(h,v,d){return!d&&h.__zooming||new lt(h,v)}function lt(h,v){this.that=h,this.args=v,this.active=0,this.sourceEvent=null,this.extent=t.apply(h,v),this.taps=0}lt.prototype={event:function(h){return h&&(this.sourceEvent=h),this},start:function(){return++this.active===1&&(this.that.__zooming=this,this.emit("start")),this},zoom:function(h,v){return this.mouse&&h!=="mouse"&&(this.mouse[1]=v.invert(this.mouse[0])),this.touch0&&h!=="touch"&&(this.touch0[1]=v.invert(this.touch0[0])),this.touch1&&h!=="touch"&&(this.touch1[1]=v.invert(this.touch1[0])),this.that.__zoom=v,this.emit("zoom"),this},end:function(){return--this.active===0&&(delete this.that.__zooming,this.emit("end")),this},emit:function(h){var v=P(this.that).datum();c.call(h,this.that,new Wa(h,{sourceEvent:this.sourceEvent,target:w,transform:this.that.__zoom,dispatch:c}),v)}};function Jt(h,...v){if(!e.apply(this,arguments))return;var d=H(this,v).event(h),b=this.__zoom,y=Math.max(s[0],Math.min(s[1],b.k*Math.pow(2,i.apply(this,arguments)))),_=nt(h);if(d.wheel)(d.mouse[0][0]!==_[0]||d.mouse[0][1]!==_[1])&&(d.mouse[1]=b.invert(d.mouse[0]=_)),clearTimeout(d.wheel);else{if(b.k===y)return;d.mouse=[_,b.invert(_)],Vt(this),d.start()}Yt(h),d.wheel=setTimeout(T,x),d.zoom("mouse",n(I(O(b,y),d.mouse[0],d.mouse[1]),d.extent,o));function T(){d.wheel=null,d.end()}}function Qt(h,...v){if(p||!e.apply(this,arguments))return;var d=h.currentTarget,b=H(this,v,!0).event(h),y=P(h.view).on("mousemove.zoom",A,!0).on("mouseup.zoom",W,!0),_=nt(h,d),T=h.clientX,S=h.clientY;Kn(h.view),vn(h),b.mouse=[_,this.__zoom.invert(_)],Vt(this),b.start();function A(L){if(Yt(L),!b.moved){var q=L.clientX-T,Q=L.clientY-S;b.moved=q*q+Q*Q>E}b.event(L).zoom("mouse",n(I(b.that.__zoom,b.mouse[0]=nt(L,d),b.mouse[1]),b.extent,o))}function W(L){y.on("mousemove.zoom mouseup.zoom",null),Zn(L.view,b.moved),Yt(L),b.event(L).end()}}function jt(h,...v){if(e.apply(this,arguments)){var d=this.__zoom,b=nt(h.changedTouches?h.changedTouches[0]:h,this),y=d.invert(b),_=d.k*(h.shiftKey?.5:2),T=n(I(O(d,_),b,y),t.apply(this,v),o);Yt(h),a>0?P(this).transition().duration(a).call(G,T,b,h):P(this).call(w.transform,T,b,h)}}function hr(h,...v){if(e.apply(this,arguments)){var d=h.touches,b=d.length,y=H(this,v,h.changedTouches.length===b).event(h),_,T,S,A;for(vn(h),T=0;T<b;++T)S=d[T],A=nt(S,this),A=[A,this.__zoom.invert(A),S.identifier],y.touch0?!y.touch1&&y.touch0[2]!==A[2]&&(y.touch1=A,y.taps=0):(y.touch0=A,_=!0,y.taps=1+!!u);u&&(u=clearTimeout(u)),_&&(y.taps<2&&(f=A[0],u=setTimeout(function(){u=null},g)),Vt(this),y.start())}}function fr(h,...v){if(this.__zooming){var d=H(this,v).event(h),b=h.changedTouches,y=b.length,_,T,S,A;for(Yt(h),_=0;_<y;++_)T=b[_],S=nt(T,this),d.touch0&&d.touch0[2]===T.identifier?d.touch0[0]=S:d.touch1&&d.touch1[2]===T.identifier&&(d.touch1[0]=S);if(T=d.that.__zoom,d.touch1){var W=d.touch0[0],L=d.touch0[1],q=d.touch1[0],Q=d.touch1[1],F=(F=q[0]-W[0])*F+(F=q[1]-W[1])*F,j=(j=Q[0]-L[0])*j+(j=Q[1]-L[1])*j;T=O(T,Math.sqrt(F/j)),S=[(W[0]+q[0])/2,(W[1]+q[1])/2],A=[(L[0]+Q[0])/2,(L[1]+Q[1])/2]}else if(d.touch0)S=d.touch0[0],A=d.touch0[1];else return;d.zoom("touch",n(I(T,S,A),d.extent,o))}}function pr(h,...v){if(this.__zooming){var d=H(this,v).event(h),b=h.changedTouches,y=b.length,_,T;for(vn(h),p&&clearTimeout(p),p=setTimeout(function(){p=null},g),_=0;_<y;++_)T=b[_],d.touch0&&d.touch0[2]===T.identifier?delete d.touch0:d.touch1&&d.touch1[2]===T.identifier&&delete d.touch1;if(d.touch1&&!d.touch0&&(d.touch0=d.touch1,delete d.touch1),d.touch0)d.touch0[1]=this.__zoom.invert(d.touch0[0]);else if(d.end(),d.taps===2&&(T=nt(T,this),Math.hypot(f[0]-T[0],f[1]-T[1])<N)){var S=P(this).on("dblclick.zoom");S&&S.apply(this,arguments)}}}return w.wheelDelta=function(h){return arguments.length?(i=typeof h=="function"?h:ke(+h),w):i},w.filter=function(h){return arguments.length?(e=typeof h=="function"?h:ke(!!h),w):e},w.touchable=function(h){return arguments.length?(r=typeof h=="function"?h:ke(!!h),w):r},w.extent=function(h){return arguments.length?(t=typeof h=="function"?h:ke([[+h[0][0],+h[0][1]],[+h[1][0],+h[1][1]]]),w):t},w.scaleExtent=function(h){return arguments.length?(s[0]=+h[0],s[1]=+h[1],w):[s[0],s[1]]},w.translateExtent=function(h){return arguments.length?(o[0][0]=+h[0][0],o[1][0]=+h[1][0],o[0][1]=+h[0][1],o[1][1]=+h[1][1],w):[[o[0][0],o[0][1]],[o[1][0],o[1][1]]]},w.constrain=function(h){return arguments.length?(n=h,w):n},w.duration=function(h){return arguments.length?(a=+h,w):a},w.interpolate=function(h){return arguments.length?(l=h,w):l},w.on=function(){var h=c.on.apply(c,arguments);return h===c?w:h},w.clickDistance=function(h){return arguments.length?(E=(h=+h)*h,w):Math.sqrt(E)},w.tapDistance=function(h){return arguments.length?(N=+h,w):N},w}function Yi(e,t){let n=el(e),i=n[n.length-1],r=new Map;for(let{span:l,column:c,row:u,width:f}of e)r.set(l,{x:(n[c].left+n[c].right)/2,y:bn(u),width:f});let s=new Map(e.map(l=>[l.span,l.column])),o=t.map(l=>{let[c,u]=[r.get(l.source),r.get(l.target)],f=s.get(l.source);return s.get(l.target)>f?nl(c,u,l.passed,n,f):il(c,u)}),a=Math.max(...e.map(l=>bn(l.row)));return{calls:r,routes:o,width:(i?.right??0)+10,height:a+40/2+10}}function el(e){let t=[];for(let{column:i,width:r}of e)t[i]=Math.max(t[i]??0,r);let n=10;return Array.from(t,(i=0)=>{let r={left:n,right:n+i};return n=r.right+34,r})}function bn(e){return 10+40/2+e*52}function nl(e,t,n,i,r){let s=`M${e.x+e.width/2},${e.y}`,[o,a]=[i[r].right,e.y];for(let[c,u]of[...n.map(bn),t.y].entries()){let{left:f,right:p}=i[r+1+c],g=(o+f)/2;s+=`H${o}C${g},${a} ${g},${u} ${f},${u}`,[o,a]=[p,u]}let l=t.x-t.width/2;return{path:`${s}H${l}`,x:l,y:a,angle:0}}function il(e,t){let n=e===t?12:0,[i,r]=[e.x+n,t.x-n],[s,o]=[e.y-40/2,t.y-40/2],a=Math.min(s,o)-9*(4/3);return{path:`M${i},${s}C${i},${a} ${r},${a} ${r},${o}`,x:r,y:o,angle:90}}var ft="http://www.w3.org/2000/svg",rl=64,sl=20,ol=24,al=.6,Ki=1.4,ll=[["clients","at clients"],["server","at the server"],["","without placement"]],Ne=class extends X{frame=m("div","tff-graph");room=new mt(this.frame,()=>this.draw());legend=m("span","tff-keys");svg=document.createElementNS(ft,"svg");content=document.createElementNS(ft,"g");empty=m("div","tff-empty");behaviour;choice=document.createElement("input");choiceLabel=m("label","","client ");client=-1;calls=[];edges=[];laidOut="";isMoved=!1;size={x:1,y:1};groups=new Map;constructor(t){super("graph","Graph",t),this.behaviour=Vi().scaleExtent([.1,4]).filter(r=>r.type!=="wheel"||r.ctrlKey||r.metaKey).on("zoom",r=>{this.isMoved||=r.sourceEvent!=null,this.content.setAttribute("transform",r.transform.toString())}),P(this.svg).call(this.behaviour).on("dblclick.zoom",null),this.svg.setAttribute("role","group"),this.svg.append(this.content),this.svg.addEventListener("keydown",r=>this.move(r));let n=m("div","tff-controls"),i=m("span","tff-buttons");i.append(R("\u2212","Zoom out (ctrl and wheel)",()=>this.zoomBy(1/Ki)),R("+","Zoom in (ctrl and wheel)",()=>this.zoomBy(Ki)),R("all","Show the whole graph",()=>this.showAll())),Object.assign(this.choice,{type:"number",min:"0",placeholder:"all"}),this.choice.addEventListener("input",()=>{let r=this.choice.validity.valid&&this.choice.value!=="";this.store.select(r?{client:this.choice.valueAsNumber}:{})}),this.choiceLabel.append(this.choice),n.append(this.choiceLabel,i,this.legend),this.frame.append(this.empty,this.svg),this.root.append(n,this.frame)}describe(){let{graph:t}=this.store,n=this.client>=0?` of client ${this.client}`:"";return t?`${t.calls.length} calls and their values${n}, ${t.edges.length} edges`:"no graph yet"}draw(){let{graph:t,finished:n,selection:i,query:r,clients:s}=this.store;this.choiceLabel.hidden=t===null||!t.calls.some(l=>l.members),this.choice.max=String(s.count-1),i.span<0&&this.choose(i.client),this.root.dataset.summary=this.describe();let o=t===null||t.calls.length===0;if(this.empty.hidden=!o,this.empty.textContent=n?"Nothing was recorded.":"No value has been made yet.",this.svg.style.display=o?"none":"",o||this.room.width===0)return;this.show(t);let{running:a}=this.store.asts;this.calls.forEach((l,c)=>{let u=this.groups.get(l.span),f=l.span===i.span||t.calls[c].members?.includes(i.span)===!0,p=r===""||`${l.label} ${l.value}`.toLowerCase().includes(r);u?.classList.toggle("selected",f),u?.classList.toggle("dim",!p),u?.classList.toggle("lit",a[this.store.ints.node[l.span]]>0)})}choose(t){this.client=t,document.activeElement!==this.choice&&(this.choice.value=t<0?"":String(t))}show(t){let n=t.calls.map(o=>this.shownCall(o)),i=new Map(t.calls.map((o,a)=>[o.span,n[a].span])),r=t.edges.filter(o=>this.client<0||o.kind!=="carry").map(o=>({...o,source:i.get(o.source),target:i.get(o.target)}));this.client>=0&&this.store.askForPreviews(n.map(o=>o.span));let s=JSON.stringify([n,r]);s!==this.laidOut&&([this.laidOut,this.calls,this.edges]=[s,n,r],this.layOut(),this.paintLegend(t),this.isMoved||this.fit(al))}shownCall(t){let{ints:n,previews:i}=this.store,r=this.client<0?void 0:t.members?.filter(x=>n.client[x]===this.client),{span:s,column:o,row:a,placement:l,label:c}=t,u={span:s,column:o,row:a,placement:l,label:c};if(r===void 0){let{value:x,count:E,self_ms:N,failed:w}=t;return{...u,value:x,copies:E,ownTime:N,failed:w}}if(r.length===0)return{...u,value:"not done",copies:0,ownTime:0,failed:!1};let f=r.reduce((x,E)=>x+this.store.ownTime(E),0),p=r.some(x=>ct[n.outcome[x]]==="error"),[g]=r;return{...u,span:g,value:i[g]??"",copies:r.length,ownTime:f,failed:p}}layOut(){let t=this.calls.map(a=>({...a,width:Ji(a)})),{calls:n,routes:i,width:r,height:s}=Yi(t,this.edges),o=[...this.groups].find(([,a])=>a===document.activeElement)?.[0];this.content.replaceChildren(),this.edges.forEach((a,l)=>this.content.append(...cl(a,i[l]))),this.groups.clear();for(let a of this.calls){let{x:l,y:c}=n.get(a.span),u=this.callElement(a);u.setAttribute("transform",`translate(${l},${c})`),this.groups.set(a.span,u),this.content.append(u)}o!==void 0&&this.groups.get(o)?.focus(),this.svg.setAttribute("aria-label",this.describe()),this.size={x:r,y:s}}paintLegend(t){let i=ll.filter(([s])=>t.calls.some(o=>o.placement===s)).map(([s,o])=>{let a=m("span","tff-key",o),l=document.createElement("i");return l.className=`place-${s||"none"}`,a.prepend(l),a});this.edges.some(s=>s.kind==="carry")&&i.push(m("span","","dashed: to the next client")),this.calls.some(s=>s.copies>1)&&i.push(m("span","","\xD7 n: n times alike")),t.hidden>0&&i.push(m("span","",`${k(t.hidden)} smaller calls are left out`)),At(this.legend,i)}callElement(t){let n=document.createElementNS(ft,"g"),i=Ji(t),r=document.createElementNS(ft,"rect");for(let[l,c]of Object.entries({x:-i/2,y:-40/2,width:i,height:40,rx:5}))r.setAttribute(l,String(c));let s=document.createElementNS(ft,"title"),o=t.placement?` at ${t.placement}`:"",a=t.copies>1?`, ${k(t.copies)} times`:"";return s.textContent=`${t.label||"value"}${o}${a}, own time ${M(t.ownTime)}
${t.value}`,n.append(s,r,Zi(-4,"label",wn(t)),Zi(11,"value",yn(t))),n.setAttribute("class",`node place-${t.placement||"none"}${t.failed?" failed":""}`),n.setAttribute("tabindex","0"),n.setAttribute("role","button"),n.setAttribute("aria-label",`${wn(t)} ${yn(t)}: ${s.textContent}`),n.addEventListener("click",()=>this.store.select({span:t.span})),n}move(t){let n=[...this.groups].find(([,a])=>a===document.activeElement||a===t.target);if(n===void 0)return;let[i]=n,{edges:r}=this,o={ArrowRight:()=>r.find(a=>a.source===i)?.target,ArrowLeft:()=>r.find(a=>a.target===i)?.source,Enter:()=>i," ":()=>i}[t.key]?.();o!==void 0&&(t.preventDefault(),this.store.select({span:o}),this.groups.get(o)?.focus())}zoomBy(t){this.isMoved=!0,P(this.svg).call(this.behaviour.scaleBy,t)}showAll(){this.isMoved=!0,this.fit(0)}fit(t){let{width:n,height:i}=this.room,r=Math.min(1.2,Math.max(t,Math.min(n/this.size.x,i/this.size.y))),s=Math.max(0,(n-this.size.x*r)/2),o=Math.max(0,(i-this.size.y*r)/2);P(this.svg).call(this.behaviour.transform,Wt.translate(s,o).scale(r))}};function cl(e,t){let n=document.createElementNS(ft,"path");n.setAttribute("class",`edge ${e.kind}`),n.setAttribute("d",t.path);let i=document.createElementNS(ft,"path");return i.setAttribute("class",`arrow ${e.kind}`),i.setAttribute("d","M0,0L-6,-3L-6,3Z"),i.setAttribute("transform",`translate(${t.x},${t.y}) rotate(${t.angle})`),[n,i]}function Zi(e,t,n){let i=document.createElementNS(ft,"text");return i.setAttribute("class",t),i.setAttribute("text-anchor","middle"),i.setAttribute("y",String(e)),i.textContent=`${n} `,i}function Ji(e){return Math.max(rl,18+6.8*wn(e).length,16+5.7*yn(e).length)}function wn(e){let t=Qi((e.label||"value").replace("federated_","").replaceAll("_"," "),sl);return e.copies>1?`${t} \xD7 ${k(e.copies)}`:t}function yn(e){return e.failed?"failed":Qi(e.value,ol)}function Qi(e,t){return e.length>t?`${e.slice(0,t-1)}\u2026`:e}function ji(e){let t=new Map;e.forEach((i,r)=>{let s=t.get(i.parent);s===void 0?t.set(i.parent,[r]):s.push(r)});let n=i=>{let r=i.flatMap(s=>t.get(s)??[]);return{layers:i,executor:e[i[0]],below:ul(r,e).map(n)}};return(t.get(-1)??[]).map(i=>n([i]))}function ul(e,t){let n=new Map;for(let i of e){let{name:r,placement:s,role:o}=t[i],a=`${r} ${s} ${o.replace(/[\d, …-]+/g,"")}`,l=n.get(a);l===void 0?n.set(a,[i]):l.push(i)}return[...n.values()].flatMap(i=>i.length>3?[i]:i.map(r=>[r]))}var hl=.5,Ce=class extends X{tree=m("div","tff-stack");scroll=m("div","tff-scroll");empty=m("div","tff-empty","No executor has been used yet.");room=new mt(this.scroll,()=>this.draw());boxes=[];built="";fitted="";constructor(t){super("stack","Stack",t),this.tree.setAttribute("role","tree"),this.tree.setAttribute("aria-label","Executors, from the top downwards"),this.tree.addEventListener("keydown",n=>this.move(n)),this.scroll.append(this.empty,this.tree),this.root.append(this.scroll)}describe(){let t=this.store.layers.calls.reduce((n,i)=>n+i,0);return`${this.store.executors.length} executors, ${t} calls`}draw(){let t=ji(this.store.executors);this.empty.hidden=t.length>0,this.tree.hidden=t.length===0;let n=JSON.stringify(t.map(tr));n!==this.built&&(this.built=n,this.boxes=[],this.tree.replaceChildren(...t.map(s=>this.build(s,1))));let i=this.boxes.map(s=>({box:s,...this.sums(s.group)})),r=Math.max(...i.map(({time:s})=>s),1e-9);for(let{box:s,calls:o,time:a,running:l}of i)s.show(o,a,l,r);this.mark(),this.fit(),this.root.dataset.summary=this.describe()}fit(){let{width:t,height:n}=this.room,i=`${this.built.length} ${t} ${n}`;if(!(i===this.fitted||t===0)){this.fitted=i,this.tree.style.zoom="1";for(let r=0;r<2;r++){let s=Math.min(t/this.tree.offsetWidth,n/this.tree.offsetHeight);this.tree.style.zoom=String(Math.min(1,Math.max(hl,s)))}this.scroll.scrollLeft=(this.scroll.scrollWidth-t)/2}}build(t,n){let i=new xn(t,n,this.store.words[t.executor.name]??"",s=>this.store.select(s));this.boxes.push(i);let r=m("div","tff-layer");if(r.append(i.root),t.below.length>0){let s=m("div","tff-below");s.setAttribute("role","group"),s.append(...t.below.map(o=>this.build(o,n+1))),r.append(s)}return r}sums(t){let{layers:n}=this.store,i=r=>t.layers.reduce((s,o)=>s+(r[o]??0),0);return{calls:i(n.calls),time:i(n.time),running:i(n.running)}}mark(){let{selection:t,query:n}=this.store,i=this.boxes.find(r=>r.group.layers.includes(t.layer));for(let r of this.boxes){let s=n===""||r.text.toLowerCase().includes(n);r.mark(r===i,!s,r===(i??this.boxes[0]))}}move(t){let n={ArrowDown:1,ArrowUp:-1,Home:-this.boxes.length,End:this.boxes.length}[t.key];if(n===void 0||this.boxes.length===0)return;t.preventDefault();let i=this.boxes.findIndex(s=>s.group.layers.includes(this.store.selection.layer)),r=this.boxes[Math.min(Math.max(i+n,0),this.boxes.length-1)];this.store.select({layer:r.group.layers[0]}),r.root.focus()}};function tr(e){return[e.executor.name,er(e),e.layers,e.below.map(tr)]}function er({layers:e,executor:t}){return e.length>1?`\xD7 ${e.length}`:t.role}var xn=class{constructor(t,n,i,r){this.group=t;let{executor:s,layers:o}=t,a=er(t);this.text=`${s.name} ${a}`.trim();let l=m("div","name",s.name),c=m("div","facts");c.append(m("span","role",a),this.calls,this.time,this.badge);let u=m("div","track");u.append(this.fill),this.root.append(l,c,u),this.root.title=`${this.text}
${i}`.trim(),this.root.dataset.row=String(o[0]),this.root.dataset.placement=s.placement,this.root.classList.toggle("many",o.length>1),this.root.setAttribute("role","treeitem"),this.root.setAttribute("aria-level",String(n)),this.root.addEventListener("click",()=>r({layer:o[0]}))}group;root=m("div","tff-box");text;calls=m("span");time=m("span","time");badge=m("span","badge");fill=m("div","fill");show(t,n,i,r){B(this.calls,t===1?"1 call":`${k(t)} calls`),B(this.time,M(n)),this.fill.style.width=`${100*n/r}%`,B(this.badge,i>0?`${k(i)} running`:""),this.root.dataset.calls=String(t),this.root.classList.toggle("lit",i>0)}mark(t,n,i){this.root.classList.toggle("selected",t),this.root.classList.toggle("dim",n),this.root.setAttribute("aria-selected",String(t)),this.root.tabIndex=i?0:-1}};function ir(e,t){let{ints:n,floats:i,count:r}=e,s=new Int32Array(r),o=new Map;for(let a=0;a<r;a++){if(n.outcome[a]===255)continue;let l=nr(e,a,t);if(l===null)continue;let c=o.get(l);c===void 0&&(c={free:[],bars:[]},o.set(l,c));let u=n.parent[a],p=u>=0&&nr(e,u,t)===l?s[u]+1:0,g=i.start[a],x=n.outcome[a]===3?Math.max(e.now,i.end[a]):i.end[a];for(;p<c.free.length&&c.free[p]>g;)p+=1;for(;c.free.length<=p;)c.free.push(0),c.bars.push([]);s[a]=p,c.free[p]=x,c.bars[p].push({span:a,row:0,start:g,end:x})}return t==="thread"&&fl(e,o),pl(e,o,t)}function fl(e,t){let{ints:n,floats:i,count:r}=e,s=new Map;for(let o=0;o<r;o++){let a=n.worker[o];if(a<0||i.work[o]===0||n.outcome[o]===255)continue;let l=i.start[o]+i.queue[o],c=s.get(a),u={span:o,row:0,start:l,end:l+i.work[o]};c===void 0?s.set(a,[u]):c.push(u)}for(let[o,a]of s){a.sort((c,u)=>c.start-u.start);let l=t.get(o);l===void 0?t.set(o,{free:[],bars:[a]}):l.bars.push(a)}}function nr(e,t,n){return n==="thread"?e.ints.thread[t]:n==="executor"?e.ints.layer[t]:e.ints.client[t]>=0?e.ints.client[t]:null}function pl(e,t,n){let i={titles:[],bars:[],offsets:[]};for(let r of[...t.keys()].sort((s,o)=>s-o))t.get(r).bars.forEach((s,o)=>{let a=i.titles.length;i.titles.push(o===0?dl(e,r,n):""),i.offsets.push(i.bars.length);for(let l of s)l.row=a,i.bars.push(l)});return i.offsets.push(i.bars.length),i}function dl(e,t,n){if(n==="client")return`client ${t}`;if(n==="thread")return e.threads[t]??"thread";let i=e.executors[t];return i===void 0?"execution context":i.role?`${i.name} \xB7 ${i.role}`:i.name}function Tn(e,t,n,i){let r=e.offsets[t],s=e.offsets[t+1];return[_n(r,s,o=>e.bars[o].end>=n),_n(r,s,o=>e.bars[o].start>i)]}function rr(e,t,n,i){return t>=n||e.bars[t].end>i?t:_n(t,n,r=>e.bars[r].end>i)}function sr(e,t,n,i){if(t<0||t>=e.titles.length)return null;let[r,s]=Tn(e,t,n-i,n+i);return r<s?e.bars[r]:null}function _n(e,t,n){let[i,r]=[e,t];for(;i<r;){let s=i+r>>1;n(s)?r=s:i=s+1}return i}var ml=[1,2,5,10];function or(e,t,n){let i=(t-e)/n;if(!(i>0&&Number.isFinite(i)))return[];let r=Math.floor(Math.log10(i)),s=u=>Math.abs(Math.log(u/(i/10**r))),o=ml.reduce((u,f)=>s(f)<s(u)?f:u),a=u=>r<0?u*o/10**-r:u*o*10**r,[l,c]=[Math.ceil(e/a(1)),Math.floor(t/a(1))];return Array.from({length:Math.max(0,c-l+1)},(u,f)=>a(l+f))}var $=24,ar=16,gl=26,vl=124,bl=560,wl=1e-4,yl=56,xl=6,Kt=.6,_l=5,Le=class extends Mt{grouping="thread";lanes={titles:[],bars:[],offsets:[0]};laidOut="";layOutAfter=0;view=null;scroll=0;drag=null;painted=0;row=ar;left=0;legend=m("span","tff-keys");constructor(t){super("timeline","Timeline",t),this.root.append(this.controls(),this.frame),this.canvas.addEventListener("wheel",n=>this.wheel(n),{passive:!1}),this.canvas.addEventListener("pointerdown",n=>this.press(n)),this.canvas.addEventListener("pointermove",n=>this.hover(n)),this.canvas.addEventListener("pointerup",n=>this.release(n)),this.canvas.addEventListener("dblclick",()=>this.show(null)),this.canvas.addEventListener("keydown",n=>this.pressKey(n))}describe(){let{range:t}=this.store,n=t===null?"":`, brushed from ${M(t[0])} to ${M(t[1])}`;return`${this.lanes.bars.length} spans in ${this.lanes.titles.length} lanes, ${this.painted} drawn${n}`}draw(){this.refresh(),super.draw()}refresh(){let{count:t,finished:n,now:i}=this.store,r=`${this.grouping} ${t} ${n?"":i}`,s=performance.now();r===this.laidOut||!n&&s<this.layOutAfter||(this.lanes=ir(this.store,this.grouping),this.laidOut=r,this.layOutAfter=performance.now()+xl*(performance.now()-s))}paint(t,n){if(this.paintLegend(n),this.lanes.bars.length===0){this.paintText(t,n,"Nothing has happened yet.");return}this.left=this.width>=bl?vl:0;let i=(this.height-$)/this.lanes.titles.length;this.row=Math.floor(Math.min(Math.max(i,ar),gl)),this.scroll=Math.min(this.scroll,this.mostScroll());let[r]=this.shown(),s=this.perPixel(),o=c=>this.left+(c-r)/s;t.font="11px system-ui, sans-serif",t.textBaseline="middle",this.paintAxis(t,n,o),t.save(),t.beginPath(),t.rect(this.left,$,this.width-this.left,this.height-$),t.clip(),this.painted=0;let a=Math.max(0,Math.floor(this.scroll/this.row)),l=Math.min(this.lanes.titles.length,Math.ceil((this.scroll+this.height)/this.row));for(let c=a;c<l;c++)this.paintRow(t,n,c,o,s);t.globalAlpha=1,this.paintSelected(t,n,o),t.restore();for(let c=a;c<l;c++)this.paintTitle(t,n,c);this.paintBrush(t,n,o)}paintRow(t,n,i,r,s){let{bars:o}=this.lanes,a=$+i*this.row-this.scroll,[l,c]=Tn(this.lanes,i,...this.shown());for(let u=l;u<c;){let f=o[u],p=r(f.start),g=Math.max(r(f.end),p+.7);this.paintBar(t,n,f,p,g,a),u=rr(this.lanes,u+1,c,f.end+s*Math.max(0,.7-(r(f.end)-p)))}}paintBar(t,n,i,r,s,o){let{ints:a}=this.store,l=a.operation[i.span],c=a.outcome[i.span];t.globalAlpha=this.isDim(i.span)?.2:1,t.fillStyle=c===3?n.running:c===1?n.clients[_l]:n.operations[l],t.fillRect(r,o,s-r-(s-r>3?.7:0),this.row-2),this.painted+=1,!(s-r<yl)&&(t.fillStyle=c===3||c===1?"#10161c":n.onOperations[l],this.paintLabel(t,i,r,s,o))}paintLabel(t,n,i,r,s){let o=Math.max(i,this.left)+4,a=Math.floor((Math.min(r,this.width)-o)/5.8);if(a<6)return;let l=this.store.label(n.span).replaceAll("Executor","");t.fillText(l.length>a?`${l.slice(0,a-1)}\u2026`:l,o,s+this.row/2-.5)}paintSelected(t,n,i){let{span:r}=this.store.selection,s=r>=0?this.lanes.bars.find(a=>a.span===r):void 0;if(s===void 0)return;let o=i(s.start);t.strokeStyle=n.ink,t.lineWidth=2,t.strokeRect(o,$+s.row*this.row-this.scroll,Math.max(i(s.end)-o,3),this.row-2)}isDim(t){let{ints:n,selection:i,query:r,range:s,floats:o}=this.store;return r!==""&&!this.store.matches(t)||s!==null&&(o.end[t]<s[0]||o.start[t]>s[1])?!0:i.span>=0?!1:i.client>=0&&n.client[t]!==i.client||i.layer>=0&&n.layer[t]!==i.layer||i.node>=0&&n.node[t]!==i.node}paintTitle(t,n,i){let r=this.lanes.titles[i],s=$+i*this.row-this.scroll;if(r===""||s<$-2)return;if(i>0&&(t.strokeStyle=n.soft,t.lineWidth=1,t.beginPath(),t.moveTo(0,Math.round(s)-1.5),t.lineTo(this.width,Math.round(s)-1.5),t.stroke()),t.fillStyle=n.soft,this.left>0){t.fillText(Tl(t,r,this.left-8),2,s+this.row/2-.5);return}let o=t.measureText(r).width+10;t.fillStyle=n.surface,t.globalAlpha=.88,t.fillRect(this.width-o,s,o,this.row-2),t.globalAlpha=1,t.fillStyle=n.soft,t.fillText(r,this.width-o+5,s+this.row/2-.5)}paintAxis(t,n,i){t.strokeStyle=n.line,t.fillStyle=n.raised,t.fillRect(this.left,0,this.width-this.left,$-5),t.fillStyle=n.soft,t.lineWidth=1;for(let r of or(...this.shown(),Math.max(2,(this.width-this.left)/110))){let s=Math.round(i(r))+.5;t.beginPath(),t.moveTo(s,$-5),t.lineTo(s,this.height),t.stroke();let o=r===0?"0":M(r);s+3+t.measureText(o).width<this.width&&t.fillText(o,s+3,10)}}paintBrush(t,n,i){if(this.store.range===null)return;let[r,s]=this.store.range.map(o=>Math.min(Math.max(i(o),this.left),this.width));t.fillStyle=n.accent,t.globalAlpha=.1,t.fillRect(r,$,s-r,this.height-$),t.globalAlpha=.8,t.fillRect(r,$-6,s-r,3),t.globalAlpha=1}paintLegend(t){let{finished:n,words:i}=this.store,r=Et.map((s,o)=>Rt(s,t.operations[o],i[s]));At(this.legend,n?r:[...r,Rt("running",t.running)])}controls(){let t=m("div","tff-controls"),n=m("label","","lanes "),i=document.createElement("select");for(let[s,o]of[["thread","threads"],["executor","executors"],["client","clients"]])i.append(new Option(o,s));i.addEventListener("change",()=>{this.grouping=i.value,this.scroll=0,this.layOutAfter=0,this.draw()}),n.append(i);let r=m("span","tff-buttons");return r.append(R("\u2212","Zoom out (key -, or ctrl and wheel)",()=>this.zoom(1/Kt)),R("+","Zoom in (key +, or ctrl and wheel)",()=>this.zoom(Kt)),R("all","Show the whole trace, end the brush (key 0, or double click)",()=>this.show(null)),R("brush","Brush what is shown: all panels tell of that time only (key b, or drag on the ruler)",()=>this.store.brush(this.shown()))),t.append(n,r,this.legend),t}perPixel(){let[t,n]=this.shown();return(n-t)/Math.max(this.width-this.left,1)}shown(){return this.view??this.store.extent}show(t){let[n,i]=this.store.extent;if(t!==null){let r=Math.min(Math.max(t[1]-t[0],wl),i-n),s=Math.min(Math.max(t[0],n),i-r);this.view=[s,s+r]}else this.view=null,this.store.brush(null);this.draw()}mostScroll(){return Math.max(0,this.lanes.titles.length*this.row-this.height+$)}zoom(t,n=.5){let[i,r]=this.shown(),s=i+(r-i)*n;this.show([s-(s-i)*t,s+(r-s)*t])}wheel(t){if(!t.ctrlKey&&!t.metaKey){let r=Math.max(0,Math.min(this.scroll+t.deltaY,this.mostScroll()));if(r===this.scroll)return;t.preventDefault(),this.scroll=r,this.draw();return}t.preventDefault();let i=(t.clientX-this.canvas.getBoundingClientRect().left-this.left)/Math.max(this.width-this.left,1);this.zoom(Math.exp((t.deltaY||t.deltaX)*.002),i)}press(t){let n=t.clientY-this.canvas.getBoundingClientRect().top<$,i=t.shiftKey||n;this.drag={x:t.clientX,y:t.clientY,view:this.shown(),scroll:this.scroll,brush:i},this.canvas.setPointerCapture(t.pointerId)}hover(t){let n=this.canvas.getBoundingClientRect();if(this.drag===null){this.showTip(t,this.tipOf(this.barUnder(t.clientX-n.left,t.clientY-n.top)));return}this.tip.hidden=!0;let[i,r]=this.drag.view,s=(r-i)/Math.max(this.width-this.left,1);if(this.drag.brush){let a=[this.drag.x,t.clientX].map(l=>i+(l-n.left-this.left)*s).sort((l,c)=>l-c);this.store.brush([a[0],a[1]]);return}let o=(this.drag.x-t.clientX)*s;this.scroll=Math.max(0,Math.min(this.drag.scroll+this.drag.y-t.clientY,this.mostScroll())),this.view!==null?this.show([i+o,r+o]):this.draw()}release(t){let n=this.drag;if(this.drag=null,n?.brush&&t.clientX===n.x&&this.store.brush(null),n===null||n.brush||Math.hypot(t.clientX-n.x,t.clientY-n.y)>4)return;let i=this.canvas.getBoundingClientRect(),r=this.barUnder(t.clientX-i.left,t.clientY-i.top);this.store.select(r?{span:r.span}:{})}barUnder(t,n){if(n<$||t<this.left)return null;let i=this.perPixel(),r=this.shown()[0]+(t-this.left)*i;return sr(this.lanes,Math.floor((n-$+this.scroll)/this.row),r,2*i)}tipOf(t){if(t===null)return"";let{ints:n}=this.store,i=this.store.ownTime(t.span);return`${Et[n.operation[t.span]]} \xB7 ${this.store.label(t.span)} \xB7 ${M(t.end-t.start)}, own ${M(i)}, ${ct[n.outcome[t.span]]}`}pressKey(t){let[n,i]=this.shown(),r=(i-n)/8,o={"+":()=>this.zoom(Kt),"=":()=>this.zoom(Kt),"-":()=>this.zoom(1/Kt),b:()=>this.store.brush([n,i]),0:()=>this.show(null),a:()=>this.show([n-r,i-r]),d:()=>this.show([n+r,i+r]),ArrowRight:()=>this.step(1),ArrowLeft:()=>this.step(-1),ArrowDown:()=>this.child(),ArrowUp:()=>this.parent()}[t.key];o===void 0||t.ctrlKey||t.metaKey||(t.preventDefault(),o())}step(t){let{bars:n}=this.lanes;if(n.length===0)return;let i=n.findIndex(s=>s.span===this.store.selection.span),r=n[i<0?0:Math.min(Math.max(i+t,0),n.length-1)];this.store.select({span:r.span})}parent(){let t=this.store.selection.span;t>=0&&this.store.ints.parent[t]>=0&&this.store.select({span:this.store.ints.parent[t]})}child(){let{ints:t,count:n,selection:i}=this.store;for(let r=i.span+1;r<n;r++)if(t.parent[r]===i.span){this.store.select({span:r});return}}};function Tl(e,t,n){let i=t;for(;i.length>3&&e.measureText(i).width>n;)i=`\u2026${i.slice(2)}`;return i}var El={individual:"the server sees each value",aggregate:"the server sees only the aggregate",caller:"the server sees nothing"},$e=class extends X{list=m("div","tff-scroll");shown=null;constructor(t){super("traffic","Traffic",t),this.list.tabIndex=0,this.list.setAttribute("role","table"),this.list.setAttribute("aria-label","What crossed between server and clients"),this.root.append(this.list)}describe(){return`${this.store.traffic.length} kinds of crossings`}draw(){let{traffic:t}=this.store;if(this.root.dataset.summary=this.describe(),t===this.shown)return;if(this.shown=t,t.length===0){this.list.replaceChildren(m("div","tff-empty","Nothing has crossed between server and clients yet."));return}let n=Math.max(...t.map(i=>i.size),1);this.list.replaceChildren(...t.map(i=>Sl(i,n)))}};function Sl(e,t){let n=m("div","tff-crossing");n.setAttribute("role","row"),n.dataset.visibility=e.visibility||"down";let i=e.direction.replace(" to "," \u2192 "),r=m("div","name");r.setAttribute("role","rowheader");let s=e.values===1?"1 value":`${k(e.values)} values`,o=[e.intrinsic?i:"",s,El[e.visibility]??""].filter(Boolean).join(" \xB7 ");r.append(m("strong","",e.intrinsic||i),m("span","soft",o));let a=m("div","number",Ln(e.size));a.setAttribute("role","cell");let l=m("div","track");l.setAttribute("aria-hidden","true");let c=m("div","fill");return c.style.width=`${100*e.size/t}%`,l.append(c),n.append(r,a,l),n}var lr=`.tffsim {
  --tff-surface: #ffffff;
  --tff-raised: #f3f5f7;
  --tff-line: #d5dbe1;
  --tff-ink: #1b2733;
  --tff-soft: #566473;
  --tff-blue: #0072b2;
  --tff-orange: #b35000;
  --tff-green: #00744f;
  --tff-red: #b3261e;
  --tff-accent: #0072b2;
  --tff-bar: #8fc3e6;
  --tff-running: #e69f00;
  color: var(--tff-ink);
  background: var(--tff-surface);
  border: 1px solid var(--tff-line);
  border-radius: 6px;
  font: 13px / 1.4 var(--jp-ui-font-family, system-ui, sans-serif);
  box-sizing: border-box;
  position: relative;
  overflow: hidden;
  display: flex;
  flex-direction: column;
  height: 640px;
  min-height: 300px;
  resize: vertical;
  container-type: inline-size;
}
.tffsim.low {
  height: 420px;
}
.tffsim.page {
  height: calc(100vh - var(--tff-margin, 0px));
  resize: none;
}
.tffsim [hidden] {
  display: none;
}
.tffsim.dark {
  --tff-surface: #14191f;
  --tff-raised: #1e252d;
  --tff-line: #39434e;
  --tff-ink: #e6ebf0;
  --tff-soft: #a7b3bf;
  --tff-blue: #6cb8ea;
  --tff-orange: #f0a05a;
  --tff-green: #4fc79b;
  --tff-red: #ff8a80;
  --tff-accent: #6cb8ea;
  --tff-bar: #2f6a92;
  --tff-running: #f0b840;
}
.tffsim *,
.tffsim *::before {
  box-sizing: border-box;
}
.tffsim button,
.tffsim input,
.tffsim select {
  font: inherit;
  color: inherit;
  background: var(--tff-surface);
  border: 1px solid var(--tff-line);
  border-radius: 4px;
  padding: 2px 8px;
}
.tffsim button {
  cursor: pointer;
}
.tffsim :focus-visible {
  outline: 2px solid var(--tff-accent);
  outline-offset: 1px;
}
.tff-head {
  display: flex;
  flex-wrap: wrap;
  gap: 6px 12px;
  align-items: center;
  padding: 8px 10px;
  background: var(--tff-raised);
  border-bottom: 1px solid var(--tff-line);
}
.tff-title {
  font-weight: 600;
  overflow-wrap: anywhere;
}
.tff-status {
  color: var(--tff-soft);
  font-variant-numeric: tabular-nums;
}
.tff-status .state {
  font-weight: 600;
}
.tff-status .state.running {
  color: var(--tff-orange);
}
.tff-status .state.failed {
  color: var(--tff-red);
}
.tff-status .state.done {
  color: var(--tff-green);
}
.tff-head input {
  margin-left: auto;
  width: 12em;
  max-width: 40vw;
}
.tffsim .tff-error {
  border: none;
  border-bottom: 1px solid var(--tff-line);
  border-radius: 0;
  padding: 5px 10px;
  color: var(--tff-red);
  text-align: left;
  white-space: nowrap;
  overflow: hidden;
  text-overflow: ellipsis;
  flex: none;
}
.tff-tabs {
  display: flex;
  flex-wrap: wrap;
  gap: 2px;
  padding: 4px 8px 0;
  border-bottom: 1px solid var(--tff-line);
}
.tffsim .tff-tabs button {
  border: none;
  border-bottom: 3px solid transparent;
  border-radius: 4px 4px 0 0;
  background: none;
  padding: 4px 10px;
  color: var(--tff-soft);
}
.tffsim .tff-tabs button[aria-selected="true"] {
  color: var(--tff-ink);
  border-bottom-color: var(--tff-accent);
  font-weight: 600;
}
.tffsim.silent {
  height: auto;
  min-height: 0;
}
.tffsim.silent :is(.tff-tabs, .tff-panels, .tff-head input) {
  display: none;
}
.tff-panels {
  flex: 1;
  min-height: 0;
  overflow: auto;
  display: grid;
}
.tff-panels.overview {
  grid-template-columns: 1fr 1fr;
  grid-auto-rows: minmax(210px, 1fr);
  gap: 1px;
  background: var(--tff-line);
}
.tff-panels.overview[data-count="3"] .tff-panel:last-of-type {
  grid-column: 1 / -1;
}
.tff-panels.overview [data-panel="stack"] {
  order: 1;
}
.tff-panels.overview [data-panel="clients"] {
  order: 2;
}
.tff-panels.overview [data-panel="ast"] {
  order: 3;
}
.tff-panels.overview [data-panel="timeline"] {
  order: 4;
}
.tff-panel {
  background: var(--tff-surface);
  padding: 8px 10px;
  min-width: 0;
  min-height: 0;
  display: flex;
  flex-direction: column;
  overflow: hidden;
}
.tff-panels.overview .tff-row {
  grid-template-columns: minmax(0, 1fr) 3.6em 4.6em 40px;
  gap: 6px;
}
.tff-panels.overview [data-panel="timeline"] .tff-keys {
  display: none;
}
.tff-heading {
  margin: 0 0 6px;
  font-size: 12px;
  font-weight: 600;
  color: var(--tff-soft);
}
.tff-scroll {
  flex: 1;
  min-height: 0;
  overflow: auto;
}
.tff-empty {
  color: var(--tff-soft);
  padding: 24px 8px;
  text-align: center;
}
.tff-row {
  display: grid;
  grid-template-columns: minmax(0, 1fr) 4.5em 4.8em minmax(40px, 22%);
  gap: 8px;
  align-items: center;
  padding: 2px 6px;
  border-radius: 4px;
  border-left: 3px solid transparent;
  cursor: default;
}
.tff-row:hover {
  background: var(--tff-raised);
}
.tff-row.selected {
  background: var(--tff-raised);
  border-left-color: var(--tff-accent);
}
.tff-row.lit {
  border-left-color: var(--tff-running);
}
.tff-row.lit .name::after {
  content: attr(data-running);
  margin-left: 6px;
  padding: 0 6px;
  border-radius: 8px;
  background: var(--tff-running);
  color: #1b1300;
  font-size: 11px;
}
.tff-row.dim {
  opacity: 0.4;
}
.tff-row .name {
  overflow: hidden;
  text-overflow: ellipsis;
  white-space: nowrap;
}
.tff-row .name .soft {
  color: var(--tff-soft);
}
.tff-row .number {
  text-align: right;
  font-variant-numeric: tabular-nums;
  white-space: nowrap;
}
.tff-row .track {
  height: 9px;
  margin: 0;
  background: var(--tff-raised);
}
.tff-row.header {
  color: var(--tff-soft);
  font-size: 12px;
}
.tff-canvas {
  position: relative;
  flex: 1;
  min-height: 40px;
}
.tff-canvas canvas {
  position: absolute;
  inset: 0;
  width: 100%;
  height: 100%;
  border-radius: 3px;
  touch-action: none;
}
.tff-tip {
  position: absolute;
  z-index: 5;
  pointer-events: none;
  max-width: 340px;
  padding: 5px 8px;
  border: 1px solid var(--tff-line);
  border-radius: 4px;
  background: var(--tff-surface);
  box-shadow: 0 2px 8px rgb(0 0 0 / 20%);
  font-size: 12px;
  overflow-wrap: anywhere;
}
.tff-controls {
  display: flex;
  flex-wrap: wrap;
  gap: 6px 14px;
  align-items: center;
  margin-bottom: 6px;
  color: var(--tff-soft);
}
.tff-keys,
.tff-buttons {
  display: inline-flex;
  flex-wrap: wrap;
  gap: 2px 12px;
}
.tff-buttons {
  gap: 4px;
}
.tff-key {
  display: inline-flex;
  align-items: center;
  gap: 5px;
  white-space: nowrap;
}
.tff-key i {
  width: 11px;
  height: 11px;
  border-radius: 2px;
  display: inline-block;
}
.tff-graph {
  flex: 1;
  min-height: 0;
}
.tff-graph svg {
  width: 100%;
  height: 100%;
  display: block;
  cursor: grab;
}
.tff-graph .label {
  fill: var(--tff-ink);
  font-size: 12px;
  font-weight: 600;
}
.tff-graph .value {
  fill: var(--tff-soft);
  font-size: 10.5px;
}
.tff-graph .node {
  cursor: pointer;
}
.tff-graph .node rect {
  fill: var(--tff-raised);
  stroke: var(--tff-place);
  stroke-width: 1.3;
}
.tff-graph .node.selected rect {
  fill: var(--tff-surface);
  stroke-width: 3;
}
.tff-graph .node.lit rect {
  fill: color-mix(in srgb, var(--tff-running) 30%, var(--tff-raised));
}
.tff-graph .node.failed .value {
  fill: var(--tff-red);
  font-weight: 700;
}
.tff-graph .node.dim {
  opacity: 0.25;
}
.tff-graph .edge {
  fill: none;
  stroke: var(--tff-soft);
  stroke-opacity: 0.7;
}
.tff-graph .arrow {
  fill: var(--tff-soft);
}
.tff-graph .edge.carry {
  stroke: var(--tff-orange);
  stroke-dasharray: 4 3;
}
.tff-graph .arrow.carry {
  fill: var(--tff-orange);
}
.tffsim .place-clients,
.tffsim [data-placement="clients"] {
  --tff-place: var(--tff-orange);
}
.tffsim .place-server,
.tffsim [data-placement="server"] {
  --tff-place: var(--tff-green);
}
.tffsim .place-none,
.tffsim [data-placement=""] {
  --tff-place: var(--tff-blue);
}
.tff-key i[class^="place"] {
  background: var(--tff-place);
}
.tff-stack {
  display: flex;
  flex-direction: column;
  gap: 12px;
  width: max-content;
  padding: 2px;
  margin: 0 auto;
}
.tff-layer {
  display: flex;
  flex-direction: column;
  align-items: center;
}
.tff-below {
  display: flex;
  justify-content: center;
  gap: 10px;
  padding-top: 14px;
  position: relative;
}
/* The lines: from the box above to a bar over those below, and from it to each of them. */
.tff-below::before {
  content: "";
  position: absolute;
  top: 0;
  left: 50%;
  height: 7px;
  border-left: 1px solid var(--tff-soft);
}
.tff-below > .tff-layer {
  position: relative;
}
.tff-below > .tff-layer::before {
  content: "";
  position: absolute;
  top: -7px;
  left: 50%;
  height: 7px;
  border-left: 1px solid var(--tff-soft);
}
.tff-below > .tff-layer:not(:only-child)::after {
  content: "";
  position: absolute;
  top: -7px;
  left: -5px;
  right: -5px;
  border-top: 1px solid var(--tff-soft);
}
.tff-below > .tff-layer:first-child:not(:only-child)::after {
  left: 50%;
}
.tff-below > .tff-layer:last-child:not(:only-child)::after {
  right: 50%;
}
.tff-box {
  width: 224px;
  padding: 3px 8px 5px;
  border: 1.5px solid var(--tff-place);
  border-radius: 5px;
  background: var(--tff-surface);
  cursor: default;
}
.tff-box.many {
  margin: 0 6px 6px 0;
  box-shadow:
    3px 3px 0 -1px var(--tff-surface),
    3px 3px 0 0 var(--tff-place),
    6px 6px 0 -1px var(--tff-surface),
    6px 6px 0 0 var(--tff-place);
}
.tff-box .name {
  font-size: 12px;
  font-weight: 600;
  overflow: hidden;
  text-overflow: ellipsis;
  white-space: nowrap;
}
.tff-box .facts {
  display: flex;
  gap: 3px 8px;
  color: var(--tff-soft);
  font-size: 11px;
  font-variant-numeric: tabular-nums;
  white-space: nowrap;
}
.tff-box .facts span:empty {
  display: none;
}
.tff-box .time {
  margin-left: auto;
}
.tff-box .badge {
  display: none;
}
.tff-box.lit {
  background: color-mix(in srgb, var(--tff-running) 26%, var(--tff-surface));
}
.tff-box.selected {
  outline: 2px solid var(--tff-ink);
  outline-offset: 1px;
}
.tff-box.dim {
  opacity: 0.4;
}
.tffsim .track {
  height: 5px;
  margin-top: 2px;
  border-radius: 3px;
  background: var(--tff-line);
  overflow: hidden;
}
.tffsim .fill {
  height: 100%;
  border-radius: 3px;
  background: var(--tff-bar);
}
.tff-box .fill {
  background: var(--tff-place);
}
.tff-crossing {
  display: grid;
  grid-template-columns: minmax(0, 22em) 5em minmax(60px, 1fr);
  gap: 12px;
  align-items: center;
  padding: 7px 4px;
  border-bottom: 1px solid var(--tff-line);
  --tff-bar: var(--tff-blue);
}
.tff-crossing .name {
  display: flex;
  flex-direction: column;
  overflow-wrap: anywhere;
}
.tffsim .soft {
  color: var(--tff-soft);
}
.tff-crossing .number {
  text-align: right;
  font-variant-numeric: tabular-nums;
}
.tff-crossing .track {
  height: 16px;
}
.tff-crossing[data-visibility="individual"] {
  --tff-bar: var(--tff-orange);
}
.tff-crossing[data-visibility="aggregate"] .fill {
  background: repeating-linear-gradient(45deg, var(--tff-green) 0 5px, transparent 5px 9px), var(--tff-raised);
}
.tff-crossing[data-visibility="caller"] {
  --tff-bar: var(--tff-soft);
}
@container (max-width: 640px) {
  .tff-panels.overview {
    grid-template-columns: 1fr;
  }
  .tff-crossing {
    grid-template-columns: minmax(0, 1fr) 5em;
  }
  .tff-crossing .track {
    grid-column: 1 / -1;
  }
}
.tffsim .tff-details {
  margin: 0;
  border-top: 1px solid var(--tff-line);
  padding: 6px 10px;
  display: grid;
  grid-template-columns: fit-content(40%) minmax(0, 1fr);
  gap: 2px 12px;
  max-height: 160px;
  overflow: auto;
}
/* JupyterLab lays out the lists of all outputs in its own way. */
.tffsim .tff-details :is(dt, dd) {
  float: none;
  width: auto;
  margin: 0;
  padding: 0;
  font-weight: inherit;
}
.tff-details dt {
  color: var(--tff-soft);
  overflow-wrap: anywhere;
}
.tff-details dd {
  overflow-wrap: anywhere;
  white-space: pre-line;
  font-variant-numeric: tabular-nums;
}
.tff-details dd button {
  padding: 0;
  border: 0;
  background: none;
  color: var(--tff-accent);
  max-width: 100%;
  overflow: hidden;
  white-space: nowrap;
  text-overflow: ellipsis;
}
.tff-details dd button:hover {
  text-decoration: underline;
}
`;var cr={stack:Ce,clients:oe,timeline:Le,graph:Ne,ast:se,traffic:$e},Al="overview",kl=["stack","clients","ast","timeline"],Nl=1e3,Cl=3e3,ur="tffsim-tab",Zt=class{constructor(t,n){this.store=t;this.options=n;this.details=new ie(t);let i=n.panels.filter(l=>l in cr);this.panels=i.map(l=>new cr[l](t));let r=kl.filter(l=>i.includes(l));r.length>1&&this.contents.set(Al,r);for(let l of i)this.contents.set(l,[l]);let s=Ll();this.active=this.contents.has(s)?s:[...this.contents.keys()][0],this.build(),this.cleanUp.push(t.subscribe(()=>this.request())),this.cleanUp.push($n(this.root,()=>this.request()));let o=new ResizeObserver(()=>this.request());o.observe(this.body),this.cleanUp.push(()=>o.disconnect());let a=setInterval(()=>{t.finished||this.request()},Nl);this.cleanUp.push(()=>clearInterval(a))}store;options;root=m("div","tffsim");status=m("span","tff-status");title=m("span","tff-title");tabs=m("div","tff-tabs");body=m("div","tff-panels");error=R("","Show where it arose",()=>this.store.select({span:this.store.firstError}));details;search=document.createElement("input");panels;cleanUp=[];contents=new Map;active;requested=!1;close(){for(let t of this.cleanUp)t();this.root.remove()}build(){let t=document.createElement("style");t.textContent=lr,this.search.type="search",this.search.placeholder="search ( / )",this.search.setAttribute("aria-label","Search executors, AST nodes and clients; Enter goes to the next span"),this.search.addEventListener("input",()=>this.store.search(this.search.value)),this.search.addEventListener("keydown",i=>{let r=i.key==="Enter"?this.store.nextMatch(this.store.selection.span):-1;r>=0&&this.store.select({span:r})});let n=m("div","tff-head");n.append(this.title,this.status,this.search),this.title.setAttribute("role","heading"),this.title.setAttribute("aria-level",this.options.isPage?"1":"3"),this.root.classList.toggle("page",this.options.isPage===!0),this.tabs.setAttribute("role","tablist"),this.tabs.setAttribute("aria-label","Panels");for(let i of this.contents.keys())this.tabs.append(this.tab(i));for(let i of this.panels){let r=m("div","tff-heading",i.title);r.setAttribute("role","heading"),r.setAttribute("aria-level",this.options.isPage?"2":"4"),i.root.prepend(r),this.body.append(i.root)}this.tabs.addEventListener("keydown",i=>this.moveTab(i)),this.error.className="tff-error",this.root.append(t,n,this.error,this.tabs,this.body,this.details.root),this.root.addEventListener("keydown",i=>{i.key==="/"&&i.target!==this.search?(i.preventDefault(),this.search.focus()):i.key==="Escape"&&this.store.clearSelection(),i.stopPropagation()}),this.arrange()}tab(t){let n=this.panels.find(r=>r.name===t),i=R(n?.title??"Overview","",()=>this.activate(t));return i.setAttribute("role","tab"),i.dataset.tab=t,i}arrange(){let t=this.contents.get(this.active),n=t.length===1;this.tabs.hidden=this.contents.size<2,this.root.classList.toggle("low",this.panels.length<=2),this.body.classList.toggle("overview",!n),this.body.dataset.count=String(t.length);for(let i of this.panels)i.root.hidden=!t.includes(i.name),i.root.querySelector(".tff-heading").hidden=n,i.root.setAttribute("role",n&&!this.tabs.hidden?"tabpanel":"region");for(let i of this.tabs.querySelectorAll("[role=tab]")){let r=i.dataset.tab===this.active;i.setAttribute("aria-selected",String(r)),i.tabIndex=r?0:-1}this.request()}activate(t){this.active=t,$l(t),this.arrange()}moveTab(t){let n={ArrowRight:1,ArrowLeft:-1}[t.key];if(n===void 0)return;t.preventDefault();let i=[...this.contents.keys()];this.activate(i[(i.indexOf(this.active)+n+i.length)%i.length]),this.tabs.querySelector("[aria-selected=true]")?.focus()}request(){this.requested||(this.requested=!0,requestAnimationFrame(()=>{this.requested=!1,this.draw()}))}draw(){this.drawStatus();for(let t of this.panels)t.root.hidden||t.draw();this.details.draw()}state(){let{store:t}=this;if(!t.isHeard)return"waiting";if(!t.finished)return"running";let n=t.invocations.map(i=>t.ints.outcome[i.span]);return n.includes(1)?"failed":n.includes(2)?"cancelled":"done"}drawStatus(){let{store:t}=this;B(this.title,t.title||"tffsim");for(let o of this.tabs.querySelectorAll("button"))o.title=t.words[o.textContent]??"";let n=this.state(),i=performance.now()-t.heardAt,r=!t.finished&&i>Cl;if(this.root.classList.toggle("silent",n==="waiting"&&r),n==="waiting"){let o=r?"no answer from the kernel: run the cell again":"waiting for the kernel";this.status.replaceChildren(m("span","state waiting",o))}else{let o=t.finished&&t.count===0?"nothing recorded":n,a=[M(t.now),`${k(t.count)} spans`];t.clients.count>0&&a.push(`${k(t.clients.count)} clients`),t.dropped>0&&a.push(`${k(t.dropped)} dropped`),r&&a.push(`nothing new for ${Math.floor(i/1e3)} s`),this.status.replaceChildren(m("span",`state ${n}`,o),` \xB7 ${a.join(" \xB7 ")}`)}let{firstError:s}=t;this.error.hidden=s<0,s>=0&&B(this.error,`${t.label(s)}: ${t.errors[s]}`),this.root.dataset.state=n,this.root.dataset.spans=String(t.count),this.root.dataset.version=String(t.version)}};function Ll(){try{return localStorage.getItem(ur)??""}catch{return""}}function $l(e){try{localStorage.setItem(ur,e)}catch{}}var Ol=["stack","clients","timeline","graph","ast","traffic"],Il="script#tffsim-trace",Rl=8,zl=150,Sn=new Map;function Dl({model:e}){let t=new It(r=>{try{e.send(r)}catch{}});Sn.set(An(e),t);let n=new Mn(t),i=(r,s)=>{r.kind==="heard"?n.stop():t.receive(r,s)};return e.on("msg:custom",i),n.call(),()=>{n.stop(),e.off("msg:custom",i),Sn.delete(An(e))}}var Mn=class{constructor(t){this.store=t}store;listener=Math.random().toString(36).slice(2);calls=0;timer;call(){this.store.ask({kind:"ready",listener:this.listener}),this.calls+=1,this.calls<Rl&&(this.timer=setTimeout(()=>this.call(),zl*2**this.calls))}stop(){clearTimeout(this.timer)}};function An(e){return String(e.get("widget_id"))}function Pl({model:e,el:t}){let n=e.get("panels")??Ol,i=new Zt(Sn.get(An(e)),{panels:n});return t.append(i.root),()=>i.close()}async function Bl({batch:e,buffers:t,panels:n},i){let r=new It,s=new Zt(r,{panels:n,isPage:!0});i.append(s.root);let[o,...a]=await Promise.all([e,...t].map(Gl));r.receive(JSON.parse(new TextDecoder().decode(o)),a)}function Gl(e){let t=atob(e),n=new Uint8Array(t.length);for(let r=0;r<n.length;r++)n[r]=t.charCodeAt(r);let i=new Blob([n]).stream().pipeThrough(new DecompressionStream("deflate"));return new Response(i).arrayBuffer()}var En=document.querySelector(Il);En!==null&&Bl(JSON.parse(En.textContent),En.parentElement);var Yu={initialize:Dl,render:Pl};export{Yu as default};
