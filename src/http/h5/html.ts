/* The same HTML for pages and papers: nothing reaches either unescaped by accident. */
export { escapeHtml, Html, html, jsonData } from "../../documents/html.ts";
