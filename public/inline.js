(function(d,h,w){var s={},c=w.pathname,m,f,y,b;try{s=localStorage}catch(e){}h.className="js";if(s["bt-theme"])h.dataset.theme=s["bt-theme"];if(s["bt-size"])h.dataset.size=s["bt-size"];
function add(t,k,v){t=d.createElement(t);t[k]=v;t.rel="stylesheet";d.head.append(t)}
d.addEventListener("click",function(e){var a=e.target.closest("[data-lead]"),t=a&&d.getElementById("t-"+a.dataset.lead);if(!t||e.button|e.ctrlKey|e.metaKey|e.shiftKey)return;e.preventDefault();history.pushState(0,"",a.href);c=w.pathname;y=scrollY;b=d.title;f=d.getElementById("main");m=f.cloneNode();m.append(t.content.cloneNode(1));f.before(m);f.id="";f.hidden=1;d.title=m.querySelector("h1").textContent;scrollTo(0,0);m.focus()});
addEventListener("popstate",function(){if(w.pathname==c)return;if(!m)return w.reload();m.remove();m=0;f.id="main";f.hidden=0;c=w.pathname;d.title=b;scrollTo(0,y)});
d.addEventListener("DOMContentLoaded",function(){add("link","href","/app.css")});
addEventListener("load",function(){(window.requestIdleCallback||setTimeout)(function(){add("script","src","/boot.js")})})})(document,document.documentElement,location)
