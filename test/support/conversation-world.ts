/** The park of the conversations: three tenants, two legal entities, people with and without WeChat. */
export const CONVERSATION_WORLD = {
  format: "parkledger/1",
  operator: { code: "TAN", name: "谭氏园区" },
  entities: [
    {
      code: "E1",
      name: "谭氏物业有限公司",
      taxNo: "91350100M000100Y43",
      bankAccounts: [
        {
          code: "CMB1",
          bank: "招商银行东莞分行",
          accountNo: "769900000000001",
          opening: { date: "2026-08-31", balance: "0.00" },
        },
      ],
    },
    { code: "E2", name: "谭氏服务有限公司" },
  ],
  projects: [
    {
      code: "DG",
      name: "东莞园区",
      entity: "E1",
      buildings: [
        {
          code: "A",
          name: "A栋",
          units: ["A-301", "A-302", "A-401", "A-402"].map((code) => ({ code, floor: code[2], areaSqm: "100" })),
        },
      ],
      lateFee: { dailyRate: "0.0005", graceDays: 0 },
    },
  ],
  tenants: [
    {
      code: "T001",
      name: "一号电子",
      contacts: [
        { name: "王会计", phone: "13800000001", role: "finance" },
        { name: "张总", phone: "13800000002", role: "owner", openId: "oPark-张总" },
        { name: "小李", phone: "13800000003", role: "viewer", openId: "oPark-小李" },
      ],
    },
    {
      code: "T002",
      name: "二号贸易",
      contacts: [
        { name: "陈老板", phone: "13800000004", role: "owner", openId: "oPark-陈老板" },
        { name: "林姐", phone: "13800000005", role: "finance", openId: "oPark-林姐" },
      ],
    },
    {
      code: "T003",
      name: "三号物流",
      contacts: [{ name: "林姐", phone: "13800000005", role: "owner", openId: "oPark-林姐" }],
    },
  ],
  staff: [{ code: "S01", name: "李管家", roles: ["steward"], projects: ["DG"], wecomUserId: "li" }],
  leases: [
    lease("L001", "T001", "E1", "A-301"),
    lease("L002", "T001", "E2", "A-302"),
    lease("L003", "T002", "E1", "A-401"),
    lease("L004", "T003", "E1", "A-402"),
  ],
};

function lease(code: string, tenant: string, entity: string, unit: string) {
  const charge = {
    code: "rent",
    kind: "rent",
    rule: { type: "fixed", price: "1000.00", per: "month" },
    taxRate: "0.09",
  };
  return { code, tenant, entity, units: [unit], start: "2026-01-01", end: "2028-12-31", charges: [charge] };
}
