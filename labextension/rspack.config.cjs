// Numbers of modules in the order of their use: those made from paths differ with the folder that is built in, and with
// them the names and bytes of what is shipped.
module.exports = { optimization: { moduleIds: 'natural' } };
