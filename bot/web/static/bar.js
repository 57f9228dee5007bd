// The bar with the exit stays where the eyes are: on screens whose keyboard lies over the page, and when the page is
// enlarged with two fingers, a browser shows only a part of what it calls the window.
{
  const seen = window.visualViewport;
  const bar = document.querySelector(".bar").style;
  const follow = () => {
    const { scale, width, offsetTop, offsetLeft } = seen;
    // As wide and as large on the screen as without the fingers.
    const enlarged = scale > 1.01 && CSS.supports("zoom", "1");
    bar.insetBlockStart = `${offsetTop * (enlarged ? scale : 1)}px`;
    bar.zoom = enlarged ? 1 / scale : "";
    bar.inlineSize = enlarged ? `${width * scale}px` : "";
    bar.marginLeft = enlarged ? `${offsetLeft * scale}px` : "";
    bar.marginRight = enlarged ? "auto" : "";
  };
  seen?.addEventListener("resize", follow);
  seen?.addEventListener("scroll", follow);
}
