// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.tls;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class EngineGapTest {
    /** And nothing is left out of the tests for a reason that operators do not hear of. */
    @ParameterizedTest
    @EnumSource
    void theStartSaysIt(EngineGap gap) {
        assertThat(Fallback.NOTICE).contains(gap.said());
    }
}
