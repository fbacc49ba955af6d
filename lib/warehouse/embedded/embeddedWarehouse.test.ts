import { temporaryFolder } from '../../../test/temporaryFolder.ts';
import { openWarehouse } from '../open.ts';
import { describeWarehouse } from '../warehouse.contract.ts';

describeWarehouse('embedded', async () => {
  const folder = await temporaryFolder();
  const warehouse = await openWarehouse({ kind: 'embedded', dir: folder.path });
  return {
    warehouse,
    async dispose() {
      await warehouse.close();
      await folder.remove();
    },
  };
});
