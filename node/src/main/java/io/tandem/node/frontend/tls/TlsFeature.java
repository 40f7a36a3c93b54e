// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.tls;

import io.tandem.node.frontend.listen.BindOption;
import io.tandem.node.language.Directive;
import io.tandem.node.language.Keyword;
import io.tandem.node.setup.Feature;
import java.util.List;

/** TLS towards clients: {@code bind … ssl} and the lines of {@code global} about it. */
public final class TlsFeature implements Feature {
    @Override
    public List<Keyword<Directive>> directives() {
        return TlsGlobals.DIRECTIVES;
    }

    @Override
    public List<Keyword<BindOption>> bindOptions() {
        return TlsOptions.ALL;
    }
}
