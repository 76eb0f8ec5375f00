import { fileURLToPath } from "node:url";
import { CATALOGUE } from "../../../src/doctor/catalogue.ts";

export const DOCUMENT = fileURLToPath(new URL("../../../docs/doctor.md", import.meta.url));

const HEAD = `# 配置体检（doctor）

\`npm run -s cli -- doctor [--json]\` 像各平台那样检查配置：用真实的接口核对密钥、证书、模板和签名，从外部访问地址验证服务器，
核对系统时间、数据库、加密密钥和 Redis。每条结果说明级别、变量、问题和可能的原因；有错误时退出码是 1。不需要能启动的配置：
变量写错时它只报告写错的变量，改好后再运行一次。

\`--json\` 的结果是 \`{"findings":[{"level","code","variable","message","cause"}]}\`，\`level\` 是 \`ok\`、\`warning\` 或 \`error\`。

它不改动任何数据，只有两个例外：在钉钉创建一张不投放给任何人的卡片（每次是同一张），以证明模板可用；在微信支付创建一笔 0.01 元的订单（二维码不给任何人），随即关闭，因为只有下单的回答能证明公钥、
AppID 绑定和通知地址都正确。只有微信支付公钥的商户，APIv3 密钥要到第一笔支付通知才能验证。没有配置的平台只注明“已关闭”。

下面每一种错误设置，都有测试对着模拟平台逐一验证（test/scenario/doctor）。\`*\` 是 \`WECHAT_PAY\` 或 \`MERCHANT_<CODE>\`。

| 代码 | 级别 | 变量 | 问题 | 可能的原因和办法 |
|---|---|---|---|---|
`;

/** docs/doctor.md as the catalogue has it. */
export const doctorDocument = (): string =>
  HEAD +
  Object.entries(CATALOGUE)
    .map(
      ([code, { level, variable, message, cause }]) =>
        `| \`${code}\` | ${level === "error" ? "错误" : "警告"} | ${variable.startsWith("（") ? variable : `\`${variable}\``} | ${message} | ${cause.replaceAll("|", "\\|").replace(/\*_/g, "\\*_")} |\n`,
    )
    .join("");
