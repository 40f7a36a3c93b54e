// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.bench;

import java.io.IOException;
import java.util.List;

/** One case of the benchmark. */
interface Experiment {
    /** As {@code --case} takes it. */
    String name();

    /** One line for {@code --list}. */
    String doc();

    /** Measures; the rows for the table, or none where a case prints a report of its own. */
    List<Row> run(Bench bench) throws IOException, InterruptedException;
}
