/** Text as it was printed; it scrolls, also with the keyboard, where it is long. */
export function ScrollText({ text }: { text: string }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: without it, the keyboard cannot scroll.
    <pre tabIndex={0} className="scroll-text">
      {text}
    </pre>
  );
}
