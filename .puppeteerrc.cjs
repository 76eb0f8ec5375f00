// The browser comes from the system or from @sparticuz/chromium; puppeteer must not download its own at install time.
module.exports = { skipDownload: true };
