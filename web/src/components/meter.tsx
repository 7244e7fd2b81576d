/** A measured value as a bar with its text. */
export function Meter({
  label,
  value,
  max,
  text,
}: {
  label: string;
  value: number;
  max: number;
  text: string;
}) {
  const percent = max > 0 ? Math.min(100, (100 * value) / max) : 0;
  return (
    <div className="meter">
      <span className="meter-text">
        <span>{label}</span> <span>{text}</span>
      </span>
      {/* biome-ignore lint/a11y/useSemanticElements: browsers do not let a page draw their own meter. */}
      <div
        className="meter-bar"
        role="meter"
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(percent)}
        aria-valuetext={text}
      >
        <div className={percent > 90 ? 'meter-full' : ''} style={{ width: `${percent}%` }} />
      </div>
    </div>
  );
}
