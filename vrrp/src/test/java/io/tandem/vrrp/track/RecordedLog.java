// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.track;

import io.tandem.vrrp.router.EventLog;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** What was logged. */
final class RecordedLog implements EventLog {
    final List<String> lines = new CopyOnWriteArrayList<>();
    final List<String> warnings = new CopyOnWriteArrayList<>();

    @Override
    public void info(String line) {
        lines.add(line);
    }

    @Override
    public void warning(String line) {
        lines.add(line);
        warnings.add(line);
    }
}
