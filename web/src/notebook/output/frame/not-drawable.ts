/** Why a chart is not drawn, as a sentence for its reader. Other errors are those of a library. */
export class NotDrawable extends Error {}
