/** A GPU as a test wants it to appear in a document; everything left out takes a plain value. */
export interface XmlGpu {
  readonly index?: number
  readonly uuid?: string
  readonly name?: string
  readonly totalMiB?: number
  readonly reservedMiB?: number
  readonly usedMiB?: number
  /** A number is a percentage; a text stands as it is (`[Unknown Error]`). */
  readonly utilization?: number | string
  readonly temperatureCelsius?: number
  readonly powerWatts?: number
  readonly persistenceMode?: boolean
  /** Entries of `<supported_clocks>`, the bulk of a real document. */
  readonly supportedClocks?: number
  readonly processes?: readonly XmlProcess[]
  /** The card is divided into these; `usedMiB` is of the whole card. */
  readonly migDevices?: readonly XmlMigDevice[]
  /** An integrated part: its frame buffer is the host's memory, and every number of it `N/A`. */
  readonly integrated?: boolean
}

export interface XmlMigDevice {
  readonly gpuInstanceId: number
  readonly totalMiB: number
  readonly usedMiB: number
}

export interface XmlProcess {
  readonly pid: number
  readonly name: string
  readonly type?: string
  readonly usedMiB?: number
  readonly gpuInstanceId?: number
}

export interface XmlDocument {
  readonly gpus: readonly XmlGpu[]
  readonly driverVersion?: string
  readonly cudaVersion?: string
  /** As nvidia-smi prints it, without a time zone. */
  readonly timestamp?: string
}

/** A whole document as `nvidia-smi -q -x` of a driver of the 570 family prints it, in the fields that llmtop reads. */
export function nvidiaSmiXml(document: XmlDocument): string {
  return [
    '<?xml version="1.0" ?>',
    '<!DOCTYPE nvidia_smi_log SYSTEM "nvsmi_device_v12.dtd">',
    '<nvidia_smi_log>',
    `\t<timestamp>${document.timestamp ?? 'Sat Nov 21 02:12:24 2026'}</timestamp>`,
    `\t<driver_version>${document.driverVersion ?? '575.57.08'}</driver_version>`,
    `\t<cuda_version>${document.cudaVersion ?? '12.9'}</cuda_version>`,
    `\t<attached_gpus>${document.gpus.length}</attached_gpus>`,
    ...document.gpus.map(gpuXml),
    '</nvidia_smi_log>',
    '',
  ].join('\n')
}

function gpuXml(gpu: XmlGpu, position: number): string {
  const index = gpu.index ?? position
  const busId = `00000000:${(0x18 + index).toString(16).toUpperCase()}:00.0`
  return `\t<gpu id="${busId}">
		<product_name>${escaped(gpu.name ?? 'NVIDIA H100 80GB HBM3')}</product_name>
		<product_architecture>Hopper</product_architecture>
		<persistence_mode>${gpu.persistenceMode === false ? 'Disabled' : 'Enabled'}</persistence_mode>
		<mig_mode>
			<current_mig>${gpu.migDevices === undefined ? 'Disabled' : 'Enabled'}</current_mig>
			<pending_mig>${gpu.migDevices === undefined ? 'Disabled' : 'Enabled'}</pending_mig>
		</mig_mode>
		<mig_devices>
${gpu.migDevices === undefined ? '			None' : gpu.migDevices.map(migDeviceXml).join('\n')}
		</mig_devices>
		<driver_model>
			<current_dm>N/A</current_dm>
			<pending_dm>N/A</pending_dm>
		</driver_model>
		<uuid>${gpu.uuid ?? defaultUuid(index)}</uuid>
		<minor_number>${index}</minor_number>
		<gpu_recovery_action>None</gpu_recovery_action>
		<pci>
			<pci_bus_id>${busId}</pci_bus_id>
			<tx_util>830 KB/s</tx_util>
			<rx_util>439 KB/s</rx_util>
		</pci>
		<fan_speed>N/A</fan_speed>
		<performance_state>P0</performance_state>
		<clocks_event_reasons>
			<clocks_event_reason_gpu_idle>Not Active</clocks_event_reason_gpu_idle>
			<clocks_event_reason_sw_power_cap>Not Active</clocks_event_reason_sw_power_cap>
			<clocks_event_reason_hw_slowdown>Not Active</clocks_event_reason_hw_slowdown>
		</clocks_event_reasons>
${gpu.integrated === true ? NO_MEMORY : memoryXml(gpu)}
${utilizationXml(gpu.utilization ?? 40)}
		<temperature>
			<gpu_temp>${gpu.temperatureCelsius ?? 48} C</gpu_temp>
		</temperature>
		<gpu_power_readings>
			<power_state>P0</power_state>
			<average_power_draw>310.25 W</average_power_draw>
			<instant_power_draw>${(gpu.powerWatts ?? 312.5).toFixed(2)} W</instant_power_draw>
			<current_power_limit>700.00 W</current_power_limit>
		</gpu_power_readings>
		<clocks>
			<graphics_clock>1755 MHz</graphics_clock>
			<sm_clock>1755 MHz</sm_clock>
			<mem_clock>2619 MHz</mem_clock>
			<video_clock>1335 MHz</video_clock>
		</clocks>
${supportedClocksXml(gpu.supportedClocks ?? 2)}
		<processes>
${(gpu.processes ?? []).map(processXml).join('\n')}
		</processes>
	</gpu>`
}

function defaultUuid(index: number): string {
  return `GPU-00000000-0000-4000-8000-${index.toString().padStart(12, '0')}`
}

function memoryXml(gpu: XmlGpu): string {
  const total = gpu.totalMiB ?? 81559
  const reserved = gpu.reservedMiB ?? 551
  const used = gpu.usedMiB ?? (gpu.processes ?? []).reduce((sum, process) => sum + (process.usedMiB ?? 0), 0)
  return `		<fb_memory_usage>
			<total>${total} MiB</total>
			<reserved>${reserved} MiB</reserved>
			<used>${used} MiB</used>
			<free>${total - reserved - used} MiB</free>
		</fb_memory_usage>`
}

const NO_MEMORY = `		<fb_memory_usage>
			<total>N/A</total>
			<reserved>N/A</reserved>
			<used>N/A</used>
			<free>N/A</free>
		</fb_memory_usage>`

function migDeviceXml(device: XmlMigDevice, index: number): string {
  return `			<mig_device>
				<index>${index}</index>
				<gpu_instance_id>${device.gpuInstanceId}</gpu_instance_id>
				<compute_instance_id>0</compute_instance_id>
				<fb_memory_usage>
					<total>${device.totalMiB} MiB</total>
					<reserved>0 MiB</reserved>
					<used>${device.usedMiB} MiB</used>
					<free>${device.totalMiB - device.usedMiB} MiB</free>
				</fb_memory_usage>
			</mig_device>`
}

function utilizationXml(utilization: number | string): string {
  const text = typeof utilization === 'number' ? `${utilization} %` : utilization
  return `		<utilization>
			<gpu_util>${text}</gpu_util>
			<memory_util>${text}</memory_util>
			<encoder_util>0 %</encoder_util>
			<decoder_util>0 %</decoder_util>
		</utilization>`
}

function supportedClocksXml(count: number): string {
  const entries = Array.from(
    { length: count },
    (_, i) => `				<supported_graphics_clock>${1980 - 15 * i} MHz</supported_graphics_clock>`,
  )
  return `		<supported_clocks>
			<supported_mem_clock>
				<value>2619 MHz</value>
${entries.join('\n')}
			</supported_mem_clock>
		</supported_clocks>`
}

function processXml(process: XmlProcess): string {
  return `			<process_info>
				<gpu_instance_id>${process.gpuInstanceId ?? 'N/A'}</gpu_instance_id>
				<compute_instance_id>${process.gpuInstanceId === undefined ? 'N/A' : 0}</compute_instance_id>
				<pid>${process.pid}</pid>
				<type>${process.type ?? 'C'}</type>
				<process_name>${escaped(process.name)}</process_name>
				<used_memory>${process.usedMiB === undefined ? 'N/A' : `${process.usedMiB} MiB`}</used_memory>
			</process_info>`
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
