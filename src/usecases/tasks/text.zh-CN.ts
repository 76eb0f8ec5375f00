/** Titles of tasks as they are stored and shown. */
export const TASK_TEXT = {
  titles: {
    dunning: "上门催缴",
    "formal-notice": "送达催款函",
    escalation: "逾期升级处理",
    dispute: "核实费用争议",
    reminder: "到期事项",
  },
  cli: "命令行",
} as const;
