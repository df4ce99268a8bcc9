// The one script that stands inside every page; it leaves out lines that are comments. What it does: what the reader
// chose, the article that the first item of a list brings along (or how it begins: boot.js fetches the rest), and then the
// sheet and the script that can wait.
(function(d,h,w){var c=w.pathname,n=navigator.serviceWorker,m,f,y,b;h.className="js";
// Nothing was chosen before a first visit, and only to ask takes a cheap phone 20 ms before its first headline: who
// comes from nowhere and has no worker yet is asked for it after the text.
function own(){try{["theme","size"].map(function(k){var v=localStorage["bt-"+k];if(v)h.dataset[k]=v})}catch(e){}}
if(d.referrer||!n||n.controller)own();
function add(t,k,v){t=d.createElement(t);t[k]=v;t.rel="stylesheet";d.head.append(t)}
d.addEventListener("click",function(e){var a=e.target.closest("[data-lead]"),t=a&&d.getElementById("t-"+a.dataset.lead);f=d.getElementById("main");if(!t||!f.replaceChildren||e.button|e.ctrlKey|e.metaKey|e.shiftKey)return;e.preventDefault();history.pushState(0,"",a.href);c=w.pathname;y=scrollY;b=d.title;m=[].slice.call(f.childNodes);f.replaceChildren(t.content.cloneNode(1));d.title=f.querySelector("h1").textContent;scrollTo(0,0);f.focus()});
addEventListener("popstate",function(){if(w.pathname==c)return;if(!m)return w.reload();f.replaceChildren.apply(f,m);m=0;c=w.pathname;d.title=b;scrollTo(0,y)});
d.addEventListener("DOMContentLoaded",function(){add("link","href","/app.css")});
addEventListener("load",function(){(window.requestIdleCallback||setTimeout)(function(){own();add("script","src","/boot.js")})})})(document,document.documentElement,location)
