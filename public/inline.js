// The one script that stands inside every page; it leaves out lines that are comments. What it does: what the reader
// chose, the article that the first item of a list brings along (or how it begins), and then the script that can wait:
// boot.js gives such an article its name and its rest, and leads back to the list. Until it is there the way back is to ask anew.
{let d=document,h=d.documentElement,n=navigator.serviceWorker,own=()=>{try{["theme","size"].map(k=>{let v=localStorage["bt-"+k];if(v)h.dataset[k]=v})}catch(e){}};h.className="js";
// Nothing was chosen before a first visit, and only to ask takes a cheap phone 20 ms before its first headline: who
// comes from nowhere and has no worker yet is asked for it after the text.
if(d.referrer||!n||n.controller)own();
// Before any listener of boot.js. A browser that cannot replace what is there breaks off here, and follows the link.
d.onclick=e=>{let a=e.target.closest("[data-lead]"),m=d.getElementById("main");if(!a||e.button|e.ctrlKey|e.metaKey|e.shiftKey)return;d.list=[scrollY,...m.childNodes];m.replaceChildren(a.nextSibling.content.cloneNode(1));e.preventDefault();history.pushState(0,"",a.href);scrollTo(0,0)};
onpopstate=()=>location.hash||location.reload();
onload=()=>(window.requestIdleCallback||setTimeout)(()=>{own();n=d.createElement("script");n.src="/boot.js";d.head.append(n)})}
