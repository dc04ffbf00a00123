<qgis version="3.34" styleCategories="Symbology">
 <renderer-v2 type="categorizedSymbol" attr="system" enableorderby="0" forceraster="0" symbollevels="0">
  <categories>
   <category value="storm" symbol="0" label="storm 雨水" render="true"/>
   <category value="sewage" symbol="1" label="sewage 污水" render="true"/>
   <category value="combined" symbol="2" label="combined 合流" render="true"/>
  </categories>
  <symbols>
   <symbol name="0" type="marker" alpha="1"><layer class="SimpleMarker" enabled="1"><Option type="Map"><Option type="QString" name="color" value="31,119,180,255"/><Option type="QString" name="name" value="circle"/><Option type="QString" name="size" value="2"/><Option type="QString" name="size_unit" value="MM"/><Option type="QString" name="outline_color" value="255,255,255,255"/></Option></layer></symbol>
   <symbol name="1" type="marker" alpha="1"><layer class="SimpleMarker" enabled="1"><Option type="Map"><Option type="QString" name="color" value="140,86,75,255"/><Option type="QString" name="name" value="circle"/><Option type="QString" name="size" value="2"/><Option type="QString" name="size_unit" value="MM"/><Option type="QString" name="outline_color" value="255,255,255,255"/></Option></layer></symbol>
   <symbol name="2" type="marker" alpha="1"><layer class="SimpleMarker" enabled="1"><Option type="Map"><Option type="QString" name="color" value="128,0,128,255"/><Option type="QString" name="name" value="circle"/><Option type="QString" name="size" value="2"/><Option type="QString" name="size_unit" value="MM"/><Option type="QString" name="outline_color" value="255,255,255,255"/></Option></layer></symbol>
  </symbols>
 </renderer-v2>
</qgis>
