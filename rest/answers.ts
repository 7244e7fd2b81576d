import type { Answer } from './route.js';

/** 200 with a page of a list. */
export function pageAnswer(
  list: { items: unknown[]; total: number },
  page: { page: number; size: number },
): Answer {
  return { status: 200, body: { items: list.items, total: list.total, page: page.page, size: page.size } };
}

/** 200 with a page of a list that the graph answers whole. */
export function slicedAnswer(items: unknown[], page: { page: number; size: number }): Answer {
  const from = (page.page - 1) * page.size;
  return pageAnswer({ items: items.slice(from, from + page.size), total: items.length }, page);
}

/** 201 for what was made, 200 for what was there. */
export function createdAnswer(body: unknown, created = true): Answer {
  return { status: created ? 201 : 200, body };
}

/** 200 with a body. */
export function okAnswer(body: unknown): Answer {
  return { status: 200, body };
}

/** 204: done, and nothing to say. */
export function doneAnswer(): Answer {
  return { status: 204 };
}
