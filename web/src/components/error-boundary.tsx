import { Component, type ReactNode } from 'react';

/** Shows a sentence and a button in place of a page that failed, e.g. because a newer version has replaced its files. */
export class ErrorBoundary extends Component<{ children: ReactNode }, { hasFailed: boolean }> {
  override state = { hasFailed: false };

  static getDerivedStateFromError() {
    return { hasFailed: true };
  }

  override render() {
    if (!this.state.hasFailed) return this.props.children;
    return (
      <div role="alert">
        <h1>This page stopped working</h1>
        <p>The gateway may have a newer version of it. What was saved is safe.</p>
        <button type="button" className="primary" onClick={() => location.reload()}>
          Load it again
        </button>
      </div>
    );
  }
}
