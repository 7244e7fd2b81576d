import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.js';
import { takeLinkToken } from './sign-in/token-store.js';
import './theme/theme.css';
import './theme/controls.css';
import './theme/frame.css';
import './theme/parts.css';

// Before anything is drawn, so that the token is in no history, no title and no link of the page.
const linkToken = takeLinkToken();
const element = document.getElementById('root');
if (!element) throw new Error('The page has no root.');
createRoot(element).render(
  <StrictMode>
    <App linkToken={linkToken} />
  </StrictMode>,
);
