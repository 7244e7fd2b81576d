import { useEffect, useRef } from 'react';
import { formValues } from '../components/form-values.js';
import './search.css';

/** Asks for the text of a search. The field keeps the focus, so that another text can follow. */
export function SearchForm({
  q,
  label,
  onSearch,
}: {
  /** What is searched for now; empty for nothing. */
  q: string;
  /** What is searched, to those who do not see it. */
  label: string;
  onSearch: (text: string) => void;
}) {
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (field.current) field.current.value = q;
  }, [q]);
  return (
    <search>
      <form
        className="search-form"
        onSubmit={(event) => {
          const { q: text = '' } = formValues(event);
          if (text !== '') onSearch(text);
        }}
      >
        <input
          ref={field}
          type="search"
          name="q"
          aria-label={label}
          placeholder="Find in names and contents"
          defaultValue={q}
          maxLength={256}
          required
        />
        <button type="submit">Find</button>
      </form>
    </search>
  );
}
