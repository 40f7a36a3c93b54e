// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.listen;

import io.tandem.node.language.Arguments;

/** One option of a {@code bind} line (HAProxy manual 5.1). */
@FunctionalInterface
public interface BindOption {
    /**
     * Takes the option's arguments and puts its meaning into {@code bind}.
     *
     * @throws io.tandem.node.language.LineError worded as HAProxy's text behind {@code 'bind ADDR' in section 'S' : }
     */
    void apply(Arguments line, BindLine bind);
}
