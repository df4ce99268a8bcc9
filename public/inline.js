// The one script that stands inside every page; it leaves out lines that are comments. What it does: what the reader
// chose, the article that the first item of a list brings along (or how it begins: boot.js fetches the rest), and then the
// script that can wait.
{let d=document,h=d.documentElement,w=location,c=w.pathname,n=navigator.serviceWorker,f,m,y,b,own=()=>{try{["theme","size"].map(k=>{let v=localStorage["bt-"+k];if(v)h.dataset[k]=v})}catch(e){}};h.className="js";
// Nothing was chosen before a first visit, and only to ask takes a cheap phone 20 ms before its first headline: who
// comes from nowhere and has no worker yet is asked for it after the text.
if(d.referrer||!n||n.controller)own();
// Before any listener of boot.js, which then fetches the rest of what is open.
d.onclick=e=>{let a=e.target.closest("[data-lead]"),t=a&&a.nextSibling;f=d.getElementById("main");if(!t||!f.replaceChildren||e.button|e.ctrlKey|e.metaKey|e.shiftKey)return;e.preventDefault();history.pushState(0,"",a.href);c=w.pathname;y=scrollY;b=d.title;m=[...f.childNodes];f.replaceChildren(t.content.cloneNode(1));d.title=f.querySelector("h1").textContent;scrollTo(0,0);f.focus()};
onpopstate=()=>{if(w.pathname==c)return;if(!m)return w.reload();f.replaceChildren(...m);m=0;c=w.pathname;d.title=b;scrollTo(0,y)};
onload=()=>(window.requestIdleCallback||setTimeout)(()=>{own();n=d.createElement("script");n.src="/boot.js";d.head.append(n)})}
