// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.keepalived;

import io.tandem.config.model.VirtualRouterConfig;
import io.tandem.config.model.VrrpConfig;
import io.tandem.config.text.Problem;
import io.tandem.config.text.Problems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * What a keepalived.conf says of virtual routers.
 *
 * @param vrrp its {@code vrrp_instance} and {@code vrrp_sync_group} blocks, in file order; incomplete where the problems
 *     hold alerts
 * @param checkStatus what {@code keepalived -t} (2.2.7) would end with: 0, 2, 5 or 6
 * @param refused whether it holds what keepalived has and this version of Tandem has not
 */
public record KeepalivedConf(VrrpConfig vrrp, int checkStatus, boolean refused) {
    /** Its {@code vrrp_instance} blocks, in file order. */
    public List<VirtualRouterConfig> routers() {
        return vrrp.routers();
    }

    /**
     * Reads a file and what it includes, any interface taken for granted.
     *
     * @param environment for {@code ${_ENV NAME}}
     * @param configId keepalived's {@code -i}: which lines of the form {@code @id} count; by default the first part of
     *     the host's name
     * @see #load(Path, KeepalivedHost, Problems)
     */
    public static KeepalivedConf load(Path file, Map<String, String> environment, String configId, Problems problems) {
        return load(file, KeepalivedHost.anywhere(environment, configId), problems);
    }

    /**
     * Reads a file and what it includes.
     *
     * @param problems receives what keepalived would say, in its words, as warnings where it would run nevertheless; and
     *     what this version of Tandem lacks, as alerts
     */
    public static KeepalivedConf load(Path file, KeepalivedHost host, Problems problems) {
        if (!Files.isRegularFile(file)) {
            problems.add(Problem.alert(null, "Config files missing '" + file + "'."));
            return new KeepalivedConf(VrrpConfig.NONE, Findings.STATUS_GOOD, false);
        }
        Findings findings = new Findings(problems);
        List<Text> lines = new Preprocessor(host.environment(), host.configId(), findings).read(file);
        List<Statement> statements = new StatementParser(findings).parse(lines);
        VrrpConfig vrrp = new ConfReader(findings, host).read(statements);
        return new KeepalivedConf(vrrp, findings.checkStatus(), findings.isRefused());
    }
}
