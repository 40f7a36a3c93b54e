// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.keepalived;

import io.tandem.config.model.VirtualRouterConfig;
import io.tandem.config.text.Problem;
import io.tandem.config.text.Problems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * What a keepalived.conf says of virtual routers.
 *
 * @param routers its {@code vrrp_instance} blocks, in file order; incomplete where the problems hold alerts
 * @param checkStatus what {@code keepalived -t} (2.2.7) would end with: 0, 2, 5 or 6
 */
public record KeepalivedConf(List<VirtualRouterConfig> routers, int checkStatus) {
    public KeepalivedConf {
        routers = List.copyOf(routers);
    }

    /**
     * Reads a file and what it includes.
     *
     * @param environment for {@code ${_ENV NAME}}
     * @param configId keepalived's {@code -i}: which lines of the form {@code @id} count; by default the first part of
     *     the host's name
     * @param problems receives what keepalived would say, in its words, as warnings where it would run nevertheless; and
     *     what this version of Tandem lacks, as alerts
     */
    public static KeepalivedConf load(Path file, Map<String, String> environment, String configId, Problems problems) {
        if (!Files.isRegularFile(file)) {
            problems.add(Problem.alert(null, "Config files missing '" + file + "'."));
            return new KeepalivedConf(List.of(), Findings.STATUS_GOOD);
        }
        Findings findings = new Findings(problems);
        List<Text> lines = new Preprocessor(environment, configId, findings).read(file);
        List<Statement> statements = new StatementParser(findings).parse(lines);
        List<VirtualRouterConfig> routers = new ConfReader(findings, new Executables(environment)).read(statements);
        return new KeepalivedConf(routers, findings.checkStatus());
    }
}
