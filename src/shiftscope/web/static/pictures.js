// Brings pictures many at a time: one answer holds all those of a dataset that come near the window. The style
// sheet keeps them back until then, else the browser would ask for each by itself; it does where this fails.
"use strict";

{
  const most = 500; // in one answer, as its address names each
  const alone = /^(.*)thumbnails\/(.+)\/(\d+)\?(.*)$/; // the address of one picture
  const waiting = new WeakMap(); // image -> what its address was when it came; it is relative to the page

  const bring = async (address, images) => {
    try {
      const answer = await fetch(address + images.map((image) => waiting.get(image).position).join());
      const pictures = answer.ok ? (await answer.text()).split("\n") : [];
      pictures.forEach((picture, place) => (images[place].src = picture));
    } catch {
      // The server is gone, or the page was left: the images say so themselves.
    }
    for (const image of images) image.loading = "eager";
  };

  const near = new IntersectionObserver(
    (entries) => {
      const coming = new Map();
      for (const { target, isIntersecting } of entries) {
        if (!isIntersecting) continue;
        near.unobserve(target);
        const image = target.querySelector("img");
        const { address } = waiting.get(image);
        if (!coming.has(address)) coming.set(address, []);
        coming.get(address).push(image);
      }
      for (const [address, images] of coming) {
        for (let first = 0; first < images.length; first += most) bring(address, images.slice(first, first + most));
      }
    },
    { rootMargin: "2000px" },
  );

  const begin = () => {
    for (const image of document.querySelectorAll(".thumbnail img[loading=lazy]")) {
      if (waiting.has(image)) continue;
      const [, root, dataset, position, version] = alone.exec(image.src);
      waiting.set(image, { address: `${root}pictures/${dataset}?${version}&at=`, position });
      near.observe(image.parentElement);
    }
  };
  begin();
  document.addEventListener("htmx:after:swap", begin);
}
