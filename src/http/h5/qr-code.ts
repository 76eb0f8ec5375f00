export { qrCodeSvg } from "../../documents/qr-code.ts";
