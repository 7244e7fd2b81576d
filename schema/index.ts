import './scalars.js';
import './user.js';
import './space.js';
import './repository.js';
import './workspace.js';
import './workspace-access.js';
import './notebook-version.js';
import './file.js';
import './notebook-document.js';
import './notebook-link.js';
import './kernel-profile.js';
import './resource-class.js';
import './worker.js';
import './session.js';
import './execution.js';
import './execution-event.js';
import { builder } from './builder.js';

/** The one GraphQL schema, which both doors execute. */
export const schema = builder.toSchema();
