/** An output as nbformat 4 has it; see https://nbformat.readthedocs.io/en/latest/format_description.html */
export type NotebookOutput = { output_type: string } & Record<string, unknown>;
