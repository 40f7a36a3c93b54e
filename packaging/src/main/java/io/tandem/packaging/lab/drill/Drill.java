// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.lab.drill;

import io.tandem.packaging.lab.LabCommand;
import java.io.IOException;
import java.nio.file.Path;

/** tmp. */
public final class Drill {
    public static int run(LabCommand.Drill drill, String network, Path directory) throws IOException {
        return 1;
    }
}
