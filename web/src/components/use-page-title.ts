import { useEffect } from 'react';

/** The id of the element whose text screen readers say when it changes. */
export const announcementId = 'announcement';

/** Names the browser's tab after a page, and says the name to screen readers. */
export function usePageTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · Notebook gateway`;
    const announcement = document.getElementById(announcementId);
    if (announcement) announcement.textContent = title;
    return () => {
      document.title = 'Notebook gateway';
    };
  }, [title]);
}
