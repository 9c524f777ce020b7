/** `heartbeat()` without details erases the checkpoint that the server holds: the text of a lost worker. */
export const heartbeatWithDetails = {
  create(context) {
    return {
      CallExpression(node) {
        const { callee } = node;
        const name =
          callee.type === 'MemberExpression' && !callee.computed ? callee.property.name : callee.name;
        if (name === 'heartbeat' && node.arguments.length === 0) {
          context.report({
            node,
            message: 'heartbeat() without details erases the checkpoint: repeat the latest one',
          });
        }
      },
    };
  },
};
