/* The same HTML for pages and papers: nothing reaches either unescaped by accident. */
export { Html, html, jsonData } from "../../documents/html.ts";
