// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.listen;

import io.tandem.node.setup.Assembly;
import org.jspecify.annotations.Nullable;

/** Builds the TLS stage of a {@code bind} line: reads certificates, makes contexts. */
@FunctionalInterface
public interface TlsStageSource {
    /**
     * The stage for all listeners of {@code bind}; called once, after the last line. Reports problems through {@code
     * assembly}; null when it cannot be built, in which case an alert has been reported.
     */
    @Nullable TlsStage build(BindLine bind, Assembly assembly);
}
